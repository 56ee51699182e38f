// Rows of a section without a round trip: tasks are added, moved and removed in place, indicators
// folded. The same buttons work without this file: then the portal does it.
"use strict";

(() => {
  const form = document.getElementById("section-form");
  if (!form) return;
  const list = document.getElementById("task-rows");
  const news = document.getElementById("row-news");
  const fill = (text, values) =>
    text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole));
  const changed = () => form.dispatchEvent(new Event("input", { bubbles: true }));

  // --- Tasks ---

  const rows = () => (list ? [...list.querySelectorAll(":scope > .task-edit")] : []);
  const total = form.querySelector("[name=tasks-TOTAL_FORMS]");
  const most = Number(form.querySelector("[name=tasks-MAX_NUM_FORMS]")?.value || 300);
  const NUMBERED = /(tasks?-)(?:\d+|__prefix__)(?=-)/g;

  const number = (row, place) => {
    [row, ...row.querySelectorAll("*")].forEach((part) => {
      ["id", "name", "for", "aria-labelledby", "aria-describedby"].forEach((attribute) => {
        const value = part.getAttribute(attribute);
        if (value) part.setAttribute(attribute, value.replace(NUMBERED, `$1${place}`));
      });
      if (part.dataset.numbered) {
        part.textContent = part.dataset.numbered.replace("__number__", place + 1);
      }
      if (part.name === "do") part.value = part.value.replace(/-.*/, `-${place}`);
    });
  };
  const button = (row, kind) => row.querySelector(`button[value^="${kind}-"]`);
  const renumber = () => {
    const all = rows();
    all.forEach((row, place) => {
      number(row, place);
      button(row, "up").hidden = place === 0;
      button(row, "down").hidden = place === all.length - 1;
    });
    total.value = all.length;
  };
  const emptyRow = () =>
    document.getElementById("task-template").content.firstElementChild.cloneNode(true);

  const say = (text, undo) => {
    news.replaceChildren(text);
    if (!undo) return;
    const back = document.createElement("button");
    back.type = "button";
    back.className = "btn btn-link";
    back.textContent = list.dataset.undo;
    back.addEventListener("click", undo);
    news.append(" ", back);
  };

  const add = () => {
    if (rows().length >= most) return say(list.dataset.full);
    const row = emptyRow();
    list.append(row);
    renumber();
    say(fill(list.dataset.added, { number: rows().length }));
    row.querySelector("textarea, input:not([type=hidden])").focus();
    changed();
  };

  const move = (row, step, pressed) => {
    const all = rows();
    const from = all.indexOf(row);
    const to = from + step;
    if (to < 0 || to >= all.length) return;
    list.insertBefore(step < 0 ? row : all[to], step < 0 ? all[to] : row);
    renumber();
    (pressed.hidden ? button(row, step < 0 ? "down" : "up") : pressed).focus();
    say(fill(list.dataset.moved, { from: from + 1, to: to + 1 }));
    changed();
  };

  const remove = (row) => {
    const place = rows().indexOf(row);
    const next = row.nextElementSibling;
    row.remove();
    const filler = rows().length ? null : list.appendChild(emptyRow());
    renumber();
    const near = rows()[Math.min(place, rows().length - 1)];
    near.querySelector("textarea, input:not([type=hidden])").focus();
    say(fill(list.dataset.removed, { number: place + 1 }), () => {
      if (filler && ![...filler.querySelectorAll("textarea, input")].some((one) => one.value)) {
        filler.remove();
      }
      list.insertBefore(row, next && next.isConnected ? next : rows()[place] || null);
      renumber();
      say(fill(list.dataset.broughtBack, { number: rows().indexOf(row) + 1 }));
      row.querySelector("textarea, input:not([type=hidden])").focus();
      changed();
    });
    changed();
  };

  form.addEventListener("click", (event) => {
    const pressed = event.target.closest("button[name=do]");
    if (!pressed || !list) return;
    const [kind, place] = pressed.value.split("-");
    if (!["add", "up", "down", "remove"].includes(kind)) return;
    event.preventDefault();
    const row = rows()[Number(place)];
    if (kind === "add") add();
    else if (kind === "remove") remove(row);
    else move(row, kind === "up" ? -1 : 1, pressed);
  });

  // Another script puts kept text back: it needs as many rows as that text had.
  window.portalRows = {
    rows,
    setCount(count) {
      if (!list) return;
      while (rows().length > Math.max(count, 1)) rows().at(-1).remove();
      while (rows().length < Math.min(count, most)) list.append(emptyRow());
      renumber();
      total.value = count;
    },
  };

  // --- Cells copied from a spreadsheet, pasted into a field ---

  form.addEventListener("paste", (event) => {
    const field = event.target;
    if (!list || !field.closest(".task-edit, .target-block")) return;
    const text = event.clipboardData.getData("text/plain");
    const lines = text.split("\n").filter((line) => line.trim());
    if (!text.trim().includes("\t")) return;
    event.preventDefault();
    document.querySelector(".cells-offer")?.remove();
    const offer = document.createElement("div");
    offer.className = "cells-offer notice tone-info";
    offer.setAttribute("role", "group");
    const question = document.createElement("p");
    question.textContent = fill(list.dataset.cells, { number: lines.length });
    question.setAttribute("role", "status");
    const buttons = document.createElement("p");
    buttons.className = "btn-row";
    const choice = (label, act) => {
      const one = document.createElement("button");
      one.type = "button";
      one.className = "btn btn-outline-primary";
      one.textContent = label;
      one.addEventListener("click", act);
      buttons.append(one);
      return one;
    };
    const look = (what) => () => {
      const submitter = document.createElement("button");
      Object.assign(submitter, { name: "do", value: "preview", hidden: true });
      submitter.setAttribute("formaction", form.dataset.paste);
      submitter.setAttribute("formnovalidate", "");
      const extra = { what, pasted: text };
      Object.entries(extra).forEach(([name, value]) => {
        const input = document.createElement("textarea");
        Object.assign(input, { name, value, hidden: true });
        form.append(input);
      });
      form.append(submitter);
      form.requestSubmit(submitter);
    };
    const asTasks = choice(list.dataset.cellsTasks, look("tasks"));
    const asTargets = choice(list.dataset.cellsTargets, look("targets"));
    choice(list.dataset.cellsPlain, () => {
      offer.remove();
      field.setRangeText(text.replace(/\t/g, " "), field.selectionStart, field.selectionEnd, "end");
      field.focus();
      changed();
    });
    const body = document.createElement("div");
    body.append(question, buttons);
    offer.append(body);
    field.closest(".field, td, th, .target-body")?.append(offer);
    (field.closest(".target-block") ? asTargets : asTasks).focus();
  });

  // --- Indicators, folded ---

  const blocks = [...form.querySelectorAll("details.target-block")];
  const toldOf = (block, told) => {
    if (block.querySelector("[name$=-not_applicable]")?.checked) return told.dataset.waived;
    const lines = [...block.querySelectorAll("tr[data-year]")].map((line) => {
      const value = (ending) => {
        const field = line.querySelector(`[name$="-y${line.dataset.year}${ending}"]`);
        if (!field || !field.value.trim()) return "";
        return field.options ? field.options[field.selectedIndex].text : field.value.trim();
      };
      const [upper, lower] = [value("_numerator"), value("_denominator")];
      const percent = line.querySelector("[name$=_numerator]") ? "%" : "";
      const shown = upper && lower ? `${upper} ÷ ${lower}` : value("") && `${value("")}${percent}`;
      return shown ? `${line.dataset.year}: ${shown}` : "";
    });
    return lines.filter(Boolean).join("; ") || told.dataset.none;
  };
  const tell = (block) => {
    const told = block.querySelector("[data-told]");
    told.textContent = toldOf(block, told);
  };
  form.addEventListener("input", (event) => {
    const block = event.target.closest?.("details.target-block");
    if (block) tell(block);
  });
  form.addEventListener("change", (event) => {
    const block = event.target.closest?.("details.target-block");
    if (block) tell(block);
  });

  const unfold = form.querySelector("[data-unfold]");
  unfold?.addEventListener("click", () => {
    const open = unfold.getAttribute("aria-pressed") !== "true";
    blocks.forEach((block) => {
      block.open = open;
    });
    unfold.setAttribute("aria-pressed", String(open));
  });

  // What an address or a link leads to must not stay folded away.
  const reveal = (id) => {
    const goal = id && document.getElementById(id);
    if (!goal) return null;
    const block = goal.closest("details");
    if (block) block.open = true;
    return goal;
  };
  document.addEventListener("click", (event) => {
    const link = event.target.closest('a[href^="#"]');
    const goal = link && reveal(link.hash.slice(1));
    if (goal && goal.matches("input, textarea, select")) {
      event.preventDefault();
      goal.scrollIntoView({ block: "center" });
      goal.focus({ preventScroll: true });
    }
  });
  reveal(location.hash.slice(1))?.scrollIntoView();
})();
