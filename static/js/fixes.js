// The list “fix here”: ticks a remark off without loading the page, so that nothing being written
// is lost, and leads to the words a remark quotes. The list works without this file.
"use strict";

(() => {
  const paint = (button, done) => {
    const item = button.closest(".fix");
    item.classList.toggle("is-done", done);
    button.name = done ? "untick" : "tick";
    button.textContent = done ? button.dataset.tickDone : button.dataset.tickOpen;
    button.setAttribute("aria-pressed", String(done));
    const who = item.querySelector("[data-tick-who]");
    if (who) who.remove();
  };

  document.addEventListener("submit", async (event) => {
    const form = event.target;
    const button = event.submitter;
    if (!form.hasAttribute("data-fixes") || !button || !button.value) return;
    event.preventDefault();
    const wanted = button.name === "tick";
    const body = new FormData(form);
    body.set(button.name, button.value);
    try {
      const answer = await fetch(form.action, {
        method: "POST",
        body,
        headers: { "X-Quiet": "1" },
        credentials: "same-origin",
        redirect: "error",
      });
      if (!answer.ok) throw new Error(String(answer.status));
      const told = await answer.json();
      paint(button, wanted);
      const progress = document.querySelector("[data-fix-progress]");
      if (progress) {
        progress.querySelector("progress").value = told.done;
        progress.querySelector("span").textContent = told.text;
      }
    } catch {
      // The page that answers says what is wrong.
      const plain = document.createElement("input");
      [plain.type, plain.name, plain.value] = ["hidden", button.name, button.value];
      form.append(plain);
      form.submit();
    }
  }, true);

  // A paragraph stands inside one text field: its words are looked up and selected there.
  const lead = (quote) => {
    const text = document.getElementById("id_narrative");
    if (!text) return false;
    const words = quote.replace(/…$/, "");
    const start = text.value.indexOf(words);
    text.focus();
    if (start >= 0) {
      text.setSelectionRange(start, start + words.length);
      const line = text.value.slice(0, start).split("\n").length;
      text.scrollTop = Math.max(0, line - 2) * parseFloat(getComputedStyle(text).lineHeight);
    }
    text.scrollIntoView({ block: "center" });
    return true;
  };

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-find-quote]");
    if (!link) return;
    if (new URL(link.href).pathname !== location.pathname) {
      sessionStorage.setItem("quote", link.dataset.findQuote);
    } else if (lead(link.dataset.findQuote)) {
      event.preventDefault();
    }
  });

  const carried = sessionStorage.getItem("quote");
  if (carried && document.getElementById("id_narrative")) {
    sessionStorage.removeItem("quote");
    lead(carried);
  }
})();
