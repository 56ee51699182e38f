// Saves a section half a second after the last change, one request at a time, and says how it
// stands. Nothing is ever overwritten: the portal refuses what was begun from an older save, and
// the page then pauses with the reason. Without this file the buttons save.
"use strict";

(() => {
  const form = document.getElementById("section-form");
  const state = document.getElementById("save-state");
  const drafts = window.portalDrafts;
  if (!form || !state || !drafts) return;

  const QUIET = 500; // after the last change
  const SPOKEN = 10000; // between two announcements
  const PATIENCE = 30000; // for an answer
  const LONGEST_FLUSH = 60000; // what a browser still sends from a page that is going away
  const OWN = new Set(["csrfmiddlewaretoken", "lock_version", "base", "undo"]);
  const address = form.dataset.autosave;
  const text = (name) => state.dataset[name];
  const fill = (sentence, values) =>
    sentence.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole));
  const rows = () => window.portalRows?.rows() || [];
  const control = (name) => form.querySelector(`[name="${name}"]`);

  // --- What is typed ---

  const fields = () => [...new FormData(form)].filter(([name]) => !["undo", "do"].includes(name));
  const printOf = (pairs) =>
    JSON.stringify(pairs.filter(([name]) => !OWN.has(name) && !name.endsWith("-identity")));
  const print = () => printOf(fields());

  // `sent` is what the portal has answered for last; `held` what it could not take of that.
  let sent = "dirty" in form.dataset ? null : print();
  let held = [];
  let running = null; // the promise of the one request on its way
  let unanswered = null; // sent, but nobody knows whether it arrived: repeated as it was
  let paused = ""; // the kind of reason
  let timer = 0;
  let delay = 0;
  let isLeaving = false;
  const isDirty = () => sent !== print();

  // --- Telling ---

  let spokenAt = 0;
  let toSpeak = 0;
  const speak = (words) => {
    clearTimeout(toSpeak);
    toSpeak = setTimeout(
      () => {
        spokenAt = Date.now();
        document.getElementById("save-news").textContent = words;
      },
      Math.max(0, spokenAt + SPOKEN - Date.now()),
    );
  };
  const part = (name) => state.querySelector(`[data-${name}]`);
  const show = (kind, words, { loud = false, actions = [], list = [] } = {}) => {
    state.hidden = false;
    state.className = `save-state is-${kind}`;
    part("words").textContent = words;
    part("retry").hidden = kind !== "paused" || !RETRIED.has(paused);
    part("held-list").hidden = !list.length;
    part("held-list").replaceChildren(
      ...list.map((line) => {
        const item = document.createElement("li");
        const link = document.createElement(line.anchor ? "a" : "span");
        if (line.anchor) link.href = `#${line.anchor}`;
        link.textContent = line.text;
        item.append(link);
        return item;
      }),
    );
    part("actions").hidden = !actions.length;
    part("actions").replaceChildren(...actions);
    part("kept-line").hidden = drafts.isKept && kind !== "held" && kind !== "paused";
    if (loud) speak([words, ...list.map((line) => line.text)].join(" "));
  };
  const showUnsaved = () => show("unsaved", text("unsaved"));
  const link = (label, href, attributes = {}) => {
    const made = document.createElement("a");
    Object.assign(made, { href, textContent: label, className: "btn btn-outline-primary", ...attributes });
    return made;
  };
  const press = (label) => {
    const made = document.createElement("button");
    Object.assign(made, { name: "do", value: "stay", textContent: label });
    made.className = "btn btn-outline-primary";
    return made;
  };

  // --- Pausing and going on ---

  const RETRIED = new Set(["offline", "server", "signed-out", "other-person", "no-access"]);
  const pause = (kind, reason, actions = []) => {
    const isNews = paused !== kind;
    paused = kind;
    clearTimeout(timer);
    show("paused", fill(text("paused"), { reason }), { loud: isNews, actions });
    keep();
    if (!RETRIED.has(kind)) return;
    delay = Math.min(delay ? delay * 2 : 2000, 60000);
    timer = setTimeout(retry, delay);
  };
  const resume = () => {
    paused = "";
    delay = 0;
  };
  const retry = () => {
    clearTimeout(timer);
    if (!RETRIED.has(paused) || running) return;
    // Without a request the portal can say whether it is worth trying: nothing is sent twice.
    running = look()
      .then((open) => (open ? (resume(), send()) : null))
      .finally(settled);
  };
  const signIn = () =>
    link(text("signIn"), text("signInUrl"), { target: "_blank", rel: "opener" });
  const REASONS = {
    "signed-out": () => pause("signed-out", text("signedOut"), [signIn()]),
    "other-person": () => pause("other-person", text("otherPerson")),
    "no-access": () => pause("no-access", text("noAccess")),
    offline: () => pause("offline", text("offline")),
  };

  const ask = (options) =>
    fetch(address, {
      credentials: "same-origin",
      redirect: "manual",
      cache: "no-store",
      signal: AbortSignal.timeout(PATIENCE),
      ...options,
    });
  const told = (answer) =>
    (answer.headers.get("Content-Type") || "").startsWith("application/json")
      ? answer.json().catch(() => null)
      : null;

  // Ask who is signed in and for a fresh token; true where writing can go on.
  const look = async () => {
    const answer = await ask({}).catch(() => null);
    if (!answer) return REASONS.offline();
    if (answer.type === "opaqueredirect") return REASONS["signed-out"]();
    if (answer.status >= 500) {
      return pause("server", fill(text("server"), { status: answer.status }));
    }
    const data = await told(answer);
    if (data?.state === "frozen") return refused(data);
    if (!answer.ok || !data) return REASONS["no-access"]();
    if (String(data.person) !== form.dataset.writer) return REASONS["other-person"]();
    document.querySelectorAll("[name=csrfmiddlewaretoken]").forEach((input) => {
      input.value = data.token;
    });
    return true;
  };

  const refused = (data) => {
    const { state: kind, reason } = data;
    if (kind === "conflict") {
      const clean = data.clean ? text("clean") : "";
      pause(kind, `${fill(text("conflict"), { reason })} ${clean}`.trim(), [
        press(data.clean ? text("keepBoth") : text("compare")),
      ]);
    } else if (kind === "frozen") {
      pause(kind, fill(text("frozen"), { reason }), [link(text("toPlan"), data.url)]);
    } else if (kind === "other_person") REASONS["other-person"]();
    else pause("refused", reason);
  };

  // --- Sending ---

  const take = () => {
    const pairs = fields();
    const body = new URLSearchParams(pairs);
    body.append("writer", form.dataset.writer);
    return { body, print: printOf(pairs), rows: rows() };
  };

  const send = async ({ keepalive = false, again = false } = {}) => {
    const job = unanswered || take();
    job.body.set("csrfmiddlewaretoken", control("csrfmiddlewaretoken").value);
    unanswered = job;
    show("saving", text("saving"));
    const flies = keepalive && job.body.toString().length < LONGEST_FLUSH;
    const answer = await ask({ method: "POST", body: job.body, keepalive: flies }).catch(() => null);
    if (!answer) return REASONS.offline();
    if (answer.status >= 500) {
      return pause("server", fill(text("server"), { status: answer.status }));
    }
    unanswered = null;
    const data = await told(answer);
    if (answer.ok && data?.state === "saved") return saved(job, data);
    if (data) return refused(data);
    if (answer.status === 413 || answer.status === 400) return pause("refused", text("tooLong"));
    // The session, the token or the mandate: asking tells which, and brings a fresh token.
    if (again || !(await look())) return paused ? null : REASONS["no-access"]();
    return send({ keepalive, again: true });
  };

  const saved = (job, data) => {
    resume();
    forget();
    control("lock_version").value = data.lock_version;
    control("base").value = data.base;
    job.rows.forEach((row, place) => {
      const identity = data.identities[place];
      if (identity) row.querySelector('[name$="-identity"]').value = identity;
    });
    sent = job.print;
    held = data.held;
    const words = fill(text(held.length ? "held" : "saved"), { time: data.time });
    show(held.length ? "held" : "saved", words, { loud: true, list: held });
    document.querySelectorAll("[data-until-saved], [data-last-saved]").forEach((one) => {
      one.hidden = true;
    });
    document.dispatchEvent(new Event("portal:active"));
    if (held.length || isDirty()) keep();
  };

  const settled = () => {
    running = null;
    if (!paused && isDirty()) schedule();
  };
  const save = (options) => {
    clearTimeout(timer);
    if (running || isLeaving) return running;
    running = send(options).finally(settled);
    return running;
  };
  const schedule = () => {
    clearTimeout(timer);
    timer = setTimeout(save, QUIET);
  };

  // --- The copy in this browser ---

  const page = Math.random().toString(36).slice(2, 8);
  let kept = "";
  const keep = () => {
    if (!isDirty() && !held.length && !unanswered) return;
    const key = drafts.key(
      form.dataset.version, form.dataset.section, control("lock_version").value, page,
    );
    if (kept && kept !== key) drafts.remove(kept);
    const pairs = fields().filter(([name]) => name !== "csrfmiddlewaretoken");
    kept = drafts.write(key, pairs) ? key : "";
    part("kept-line").textContent = text(drafts.isKept ? "kept" : "notKept");
  };
  const forget = () => {
    if (kept) drafts.remove(kept);
    kept = "";
  };

  let toKeep = 0;
  const typed = () => {
    clearTimeout(toKeep);
    toKeep = setTimeout(keep, 100);
    if (paused && paused !== "refused") return;
    if (!isDirty()) return;
    if (paused) resume();
    if (!running) showUnsaved();
    schedule();
  };
  form.addEventListener("input", typed);
  form.addEventListener("change", typed);

  // --- Leaving ---

  form.addEventListener("submit", (event) => {
    if (running && !isLeaving) {
      event.preventDefault(); // the save on its way changes what this form was begun from
      const by = event.submitter;
      running.finally(() => setTimeout(() => form.requestSubmit(by)));
      return;
    }
    isLeaving = true;
    clearTimeout(timer);
  });
  document.addEventListener(
    "submit",
    (event) => {
      // Signing out, another language: first what is typed, while the session still lives.
      const other = event.target;
      if (other === form || other.method !== "post" || paused || isLeaving) return;
      if (!running && !isDirty()) return;
      event.preventDefault();
      event.stopPropagation();
      const by = event.submitter;
      Promise.resolve(running)
        .then(() => (isDirty() && !paused ? save() : null))
        .finally(() => {
          isLeaving = !paused;
          setTimeout(() => other.requestSubmit(by));
        });
    },
    true,
  );
  window.addEventListener("pageshow", (event) => {
    isLeaving = false;
    if (event.persisted && (unanswered || isDirty())) schedule();
  });
  const flush = () => {
    if (running || isLeaving || paused || !isDirty()) return;
    keep();
    save({ keepalive: true });
  };
  window.addEventListener("pagehide", flush);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") flush();
    else retry();
  });
  window.addEventListener("focus", retry);
  window.addEventListener("online", retry);
  part("retry").addEventListener("click", retry);
  window.addEventListener("beforeunload", (event) => {
    if (isLeaving) return;
    const isTooLong = isDirty() && take().body.toString().length >= LONGEST_FLUSH;
    const isLost = held.length > 0 && !kept;
    if ((paused && isDirty()) || isTooLong || isLost) event.preventDefault();
  });

  // --- Text that was kept ---

  const offer = () => {
    const panel = document.getElementById("kept-draft");
    const found = drafts.find(form.dataset.version, form.dataset.section);
    if ("dirty" in form.dataset) {
      // This page is made of what was typed: what was kept beside it stands on it.
      const lock = control("lock_version").value;
      found.filter((draft) => draft.lock === lock).forEach((draft) => drafts.remove(draft.key));
      return;
    }
    const differing = found.filter((draft) => printOf(draft.fields) !== print());
    found.filter((draft) => !differing.includes(draft)).forEach((same) => drafts.remove(same.key));
    const [draft] = differing;
    if (!draft || !panel) return;
    const at = new Date(draft.at);
    const day = at.toDateString() === new Date().toDateString() ? "" : ` ${at.toLocaleDateString("vi-VN", { day: "2-digit", month: "2-digit", year: "numeric" })}`;
    const time = at.toLocaleTimeString("vi-VN", { hour: "2-digit", minute: "2-digit" }) + day;
    document.getElementById("kept-draft-title").textContent = fill(panel.dataset.title, { time });
    panel.querySelector("[data-since-line]").textContent = panel.dataset.since;
    panel.querySelector("[data-since-line]").hidden = draft.lock === control("lock_version").value;
    tellFields(panel, draft);
    const close = () => {
      differing.forEach((one) => drafts.remove(one.key));
      panel.hidden = true;
      control("narrative").focus();
    };
    panel.querySelector("[data-restore]").addEventListener("click", () => {
      putBack(draft.fields);
      close();
      form.dispatchEvent(new Event("input", { bubbles: true }));
    });
    panel.querySelector("[data-discard]").addEventListener("click", close);
    panel.hidden = false;
    panel.focus();
  };

  const labelOf = (name, panel) => {
    const row = /^tasks-(\d+)-(\w+)$/.exec(name);
    const sample = control(row ? `tasks-0-${row[2]}` : name);
    const block = sample?.closest(".target-block")?.querySelector("h3")?.textContent;
    const label = (sample?.closest("fieldset")?.querySelector("legend") || sample?.labels?.[0])
      ?.textContent.trim().replace(/\s*\*$/, "");
    const owner = row ? fill(panel.dataset.row, { number: Number(row[1]) + 1 }) : block;
    return [owner, label || name].filter(Boolean).join(" – ");
  };
  const tellFields = (panel, draft) => {
    const now = new Map(fields());
    const skip = (name) => OWN.has(name) || /-(identity|\w+_FORMS)$/.test(name);
    const lines = draft.fields.filter(
      ([name, value]) => !skip(name) && String(now.get(name) ?? "") !== value,
    );
    const place = panel.querySelector("[data-fields]");
    place.replaceChildren(
      ...lines.slice(0, 8).flatMap(([name, value]) => {
        const term = document.createElement("dt");
        term.textContent = labelOf(name, panel);
        const detail = document.createElement("dd");
        detail.textContent = (value.length > 300 ? `${value.slice(0, 299)}…` : value) || panel.dataset.empty;
        return [term, detail];
      }),
    );
    if (lines.length > 8) {
      const more = document.createElement("dt");
      more.textContent = fill(panel.dataset.more, { number: lines.length - 8 });
      place.append(more);
    }
  };
  // The text returns with the save it was begun from: if somebody saved since, both are shown.
  const putBack = (pairs) => {
    const values = new Map(pairs);
    window.portalRows?.setCount(Number(values.get("tasks-TOTAL_FORMS") || 0));
    form.querySelectorAll("input, textarea, select").forEach((one) => {
      if (["csrfmiddlewaretoken", "undo"].includes(one.name) || one.type === "submit") return;
      if (one.type === "radio") one.checked = values.get(one.name) === one.value;
      else if (one.type === "checkbox") one.checked = values.has(one.name);
      else if (values.has(one.name)) one.value = values.get(one.name);
    });
  };

  const leave = form.querySelector("[data-leave]");
  if (leave) leave.textContent = leave.dataset.leave;
  offer();
  if (isDirty()) typed();
})();
