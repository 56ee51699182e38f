// Comforts of reviewing: pin a remark without loading the page, insert a sentence at the cursor,
// keep checklist answers as they are given, tick a whole page. Every page works without this file.
"use strict";

(() => {
  // A place's link pins the remark form of its part: what is typed elsewhere on the page stays.
  const wordsAt = (link) => {
    const row = link.closest("tr");
    const place = row ? row.querySelector("th") : link.closest("p, li");
    const words = place ? place.querySelector("span") : null;
    return words ? words.textContent.trim() : "";
  };

  const pin = (form, token, words) => {
    form.elements.pin.value = token;
    const line = form.querySelector(".doc-pinned-to");
    line.hidden = !words;
    line.querySelector("q").textContent = words;
  };

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a.doc-pin");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const details = document.querySelector(new URL(link.href).hash);
    const form = details && details.querySelector("form");
    const words = wordsAt(link);
    if (!form || !words) return;
    event.preventDefault();
    pin(form, link.dataset.pin, words);
    details.open = true;
    form.elements.body.focus();
  });

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-unpin]");
    if (!button) return;
    pin(button.form || button.closest("form"), "", "");
    button.closest("form").elements.body.focus();
  });

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-insert-phrase]");
    if (!button) return;
    const select = document.getElementById(button.dataset.insertPhrase);
    const text = document.getElementById(button.getAttribute("aria-controls"));
    if (!select || !text) return;
    event.preventDefault();
    if (!select.value) {
      select.focus();
      return;
    }
    const before = text.value.slice(0, text.selectionStart);
    const gap = before && !/\s$/.test(before) ? "\n" : "";
    text.focus();
    text.setRangeText(
      gap + select.selectedOptions[0].textContent, text.selectionStart, text.selectionEnd, "end",
    );
    text.dispatchEvent(new Event("input", { bubbles: true }));
  });

  // One request at a time per part; the answers given meanwhile follow in the next.
  const running = new WeakMap();
  const keep = async (form) => {
    if (running.get(form)) {
      running.set(form, "again");
      return;
    }
    running.set(form, "yes");
    const told = form.querySelector("[data-saved]");
    let ok = false;
    try {
      const answer = await fetch(form.action, {
        method: "POST",
        body: new FormData(form),
        headers: { "X-Quiet": "1" },
        credentials: "same-origin",
        redirect: "error",
      });
      ok = answer.ok;
      if (ok) {
        const { summary } = await answer.json();
        document.querySelectorAll("[data-checklist-summary]").forEach((line) => {
          line.textContent = summary;
        });
      }
    } catch {
      ok = false;
    }
    told.textContent = ok ? told.dataset.done : told.dataset.failed;
    const again = running.get(form) === "again";
    running.delete(form);
    if (again) keep(form);
    else if (ok) delete form.dataset.changed;
  };

  document.addEventListener("change", (event) => {
    const form = event.target.form;
    if (form && form.hasAttribute("data-checklist")) {
      const remark = event.target.closest(".check-answers").querySelector(".check-remark");
      if (remark) remark.hidden = event.target.value !== "no";
      keep(form);
    }
    if (event.target.dataset.tickAll) {
      const boxes = document.querySelectorAll(
        `input[form="${event.target.dataset.tickAll}"][type=checkbox]`,
      );
      boxes.forEach((box) => {
        box.checked = event.target.checked;
      });
    }
  });
})();
