// Small comforts. Every page works without this file.
"use strict";

(() => {
  const root = document.documentElement;
  const text = (name) => document.body.dataset[name] || "";

  const announce = (message, tone) => {
    const place = document.getElementById("corner-status");
    if (!place) return;
    const notice = document.createElement("div");
    notice.className = `notice tone-${tone}`;
    const body = document.createElement("div");
    body.textContent = message;
    notice.append(body);
    place.replaceChildren(notice);
    return body;
  };

  // A page that came back with errors begins at their summary.
  const focusErrors = (within) => {
    const summary = within.querySelector("[data-error-summary]");
    if (summary) summary.focus();
  };

  // A second click on a button whose form is on its way sends nothing. The button stays
  // focusable and keeps its name and value: a disabled one would drop out of the form.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post" || form.hasAttribute("hx-post")) return;
    if (form.dataset.sending) {
      event.preventDefault();
      return;
    }
    form.dataset.sending = "yes";
    form.querySelectorAll("button:not([type=button])").forEach((button) => {
      button.setAttribute("aria-disabled", "true");
    });
    setTimeout(release, 10000, form); // an answer that is a download leaves the page standing
  });
  const release = (form) => {
    delete form.dataset.sending;
    form.querySelectorAll("[aria-disabled]").forEach((b) => b.removeAttribute("aria-disabled"));
  };

  // The browser's Back shows the page as it was left: buttons must work again.
  window.addEventListener("pageshow", () => {
    document.querySelectorAll("form[data-sending]").forEach(release);
  });

  // Leaving a long text behind unsaved asks first, where the form wants it.
  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (form && form.hasAttribute("data-warn-unsaved")) form.dataset.changed = "yes";
  });
  window.addEventListener("beforeunload", (event) => {
    if (document.querySelector("form[data-changed]:not([data-sending])")) event.preventDefault();
  });

  // Filters that need no button press still have one.
  document.addEventListener("change", (event) => {
    const form = event.target.form;
    if (form && form.hasAttribute("data-auto-submit")) form.requestSubmit();
  });

  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-print]");
    if (opener) window.print();
    const shower = event.target.closest("[data-show-password]");
    if (shower) {
      const input = document.getElementById(shower.getAttribute("aria-controls"));
      const shown = input.type === "text";
      input.type = shown ? "password" : "text";
      shower.setAttribute("aria-pressed", String(!shown));
    }
  });

  document.addEventListener("htmx:configRequest", (event) => {
    const token = document.querySelector("[name=csrfmiddlewaretoken]");
    if (token) event.detail.headers["X-CSRFToken"] = token.value;
  });
  // An error page that keeps what was typed names its own place: the whole body.
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.xhr.getResponseHeader("HX-Retarget")) event.detail.shouldSwap = true;
  });
  // A page that explains a failure names the place it wants to stand in.
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (!event.detail.xhr.getResponseHeader("HX-Retarget")) return;
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  });
  ["htmx:sendError", "htmx:responseError", "htmx:timeout"].forEach((name) => {
    document.addEventListener(name, () => announce(text("failed"), "danger"));
  });
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (!event.detail.elt.hasAttribute("data-quiet")) {
      event.detail.target.setAttribute("aria-busy", "true");
    }
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    event.detail.target.removeAttribute("aria-busy");
  });
  document.addEventListener("htmx:afterSwap", (event) => focusErrors(event.detail.target));

  // Three minutes before an idle session ends, say so and offer to go on (WCAG 2.2.1).
  const idle = Number(text("sessionIdle"));
  if (idle > 240) {
    let timer;
    const wait = () => {
      clearTimeout(timer);
      timer = setTimeout(warn, (idle - 180) * 1000);
    };
    const warn = () => {
      const body = announce(text("sessionWarning"), "warning");
      if (!body) return;
      const button = document.createElement("button");
      button.type = "button";
      button.className = "btn btn-primary d-block mt-2";
      button.textContent = text("sessionContinue");
      button.addEventListener("click", async () => {
        const answer = await fetch(location.href, { credentials: "same-origin" }).catch(() => null);
        if (answer && !answer.redirected) {
          document.getElementById("corner-status").replaceChildren();
          wait();
        } else announce(text("failed"), "danger");
      });
      body.append(button);
    };
    document.addEventListener("htmx:afterRequest", wait);
    document.addEventListener("portal:active", wait);
    wait();
  }

  root.classList.add("has-js");
  document.querySelectorAll("[data-needs-js]").forEach((part) => {
    part.hidden = false;
  });
  focusErrors(document);
})();
