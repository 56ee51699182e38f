// Shows how far an upload is, and says at once what the portal would not take.
// Without this file the field sends its file with the form.
"use strict";

(() => {
  const SIGN_IN = /\/sign-in\//;

  const setUp = (box) => {
    const input = box.querySelector("input[type=file]");
    const form = input.form;
    const kept = form.elements.namedItem(box.dataset.kept);
    const list = box.querySelector("[data-upload-list]");
    const status = box.querySelector("[data-upload-status]");
    const details = form.querySelector("[data-upload-details]");
    const several = box.dataset.several || "";
    const says = (name) => box.dataset[name] || "";
    const entries = [];
    let more;

    if (several) input.multiple = true;

    const shown = (bytes) => {
      const [size, unit] = bytes < 1048576 ? [bytes / 1024, "KB"] : [bytes / 1048576, "MB"];
      return `${size.toLocaleString("vi-VN", { maximumFractionDigits: 1 })} ${unit}`;
    };

    // The portal looks again, and more closely.
    const refusal = (file) => {
      const ending = file.name.slice(file.name.lastIndexOf(".")).toLowerCase();
      const sentence = (name) => (input.dataset[name] || "").replace("{name}", file.name);
      if (!file.name.includes(".") || !input.accept.split(",").includes(ending)) {
        return sentence("wrongType");
      }
      if (!file.size) return sentence("empty");
      return file.size > Number(input.dataset.maxBytes) ? sentence("tooBig") : "";
    };

    const isUnderWay = (entry) => entry.state === "waiting" || entry.state === "sending";

    const button = (label, name, act) => {
      const made = document.createElement("button");
      made.type = "button";
      made.className = "btn btn-outline-primary";
      made.textContent = label;
      const whose = document.createElement("span");
      whose.className = "visually-hidden";
      whose.textContent = ` ${name}`;
      made.append(whose);
      made.addEventListener("click", act);
      return made;
    };

    const show = (entry) => {
      const { row, file } = entry;
      row.className = `upload-item is-${entry.state}`;
      row.querySelector(".upload-said").textContent = entry.said;
      row.querySelector("progress").hidden = entry.state !== "sending";
      const tools = row.querySelector(".upload-tools");
      const hadFocus = tools.contains(document.activeElement);
      tools.replaceChildren();
      if (isUnderWay(entry)) tools.append(button(says("cancel"), file.name, () => cancel(entry)));
      if (entry.state === "failed" && entry.again) {
        tools.append(button(says("retry"), file.name, () => retry(entry)));
      }
      if (hadFocus && tools.firstChild) tools.firstChild.focus();
    };

    const settle = (entry, state, said, again = false) => {
      Object.assign(entry, { state, said, again });
      show(entry);
      status.textContent = `${entry.file.name}: ${said}`;
      offerToGoOn();
      next();
    };

    const add = (file) => {
      const row = document.createElement("li");
      const name = document.createElement("span");
      name.className = "upload-name";
      name.textContent = `${file.name} (${shown(file.size)})`;
      const bar = document.createElement("progress");
      bar.max = 100;
      bar.value = 0;
      bar.setAttribute("aria-label", file.name);
      const said = document.createElement("p");
      said.className = "upload-said";
      const tools = document.createElement("div");
      tools.className = "upload-tools";
      row.append(name, bar, said, tools);
      list.append(row);
      const entry = { file, row, bar, state: "waiting", said: says("waiting"), again: false };
      entries.push(entry);
      const why = refusal(file);
      if (why) settle(entry, "failed", why);
      else show(entry);
      return entry;
    };

    const next = () => {
      if (entries.some((entry) => entry.state === "sending")) return;
      const entry = entries.find((other) => other.state === "waiting");
      if (entry) send(entry);
    };

    const send = (entry) => {
      const request = new XMLHttpRequest();
      const body = new FormData();
      body.append("file", entry.file);
      entry.request = request;
      entry.state = "sending";
      entry.said = "0 %";
      entry.bar.value = 0;
      show(entry);
      request.upload.addEventListener("progress", (event) => {
        if (!event.lengthComputable || entry.state !== "sending") return;
        const percent = Math.floor((100 * event.loaded) / event.total);
        entry.bar.value = percent;
        entry.said = event.loaded === event.total ? says("checking") : `${percent} %`;
        entry.row.querySelector(".upload-said").textContent = entry.said;
      });
      request.addEventListener("load", () => answered(entry, request));
      request.addEventListener("error", () => settle(entry, "failed", says("network"), true));
      request.addEventListener("timeout", () => settle(entry, "failed", says("network"), true));
      request.open("POST", box.dataset.url);
      request.timeout = 10 * 60 * 1000;
      request.setRequestHeader("X-CSRFToken", form.elements.namedItem("csrfmiddlewaretoken").value);
      request.setRequestHeader("Accept", "application/json");
      request.send(body);
    };

    const answered = (entry, request) => {
      let answer = null;
      try {
        answer = JSON.parse(request.responseText);
      } catch {
        answer = null; // a page: something stood in the way before the upload was looked at
      }
      if (request.status === 200 && answer && answer.id) return taken(entry, answer);
      if (answer && answer.error) return settle(entry, "failed", answer.error);
      if (SIGN_IN.test(request.responseURL) || request.status === 401) {
        return settle(entry, "failed", says("session"), true);
      }
      if (request.status === 403) {
        const isStale = !SIGN_IN.test(request.responseText);
        return settle(entry, "failed", says(isStale ? "stale" : "session"), true);
      }
      if (request.status === 413) return settle(entry, "failed", says("serverLimit"));
      if ([429, 502, 503, 504].includes(request.status)) {
        return settle(entry, "failed", says("busy"), true);
      }
      return settle(entry, "failed", says("failed"), true);
    };

    const taken = (entry, answer) => {
      entry.id = answer.id;
      input.value = ""; // it is in: the form need not carry it again
      const done = entries.filter((other) => other.id);
      if (kept) kept.value = done.length === 1 ? done[0].id : "";
      if (!several) {
        entries.filter((other) => other !== entry).forEach((other) => other.row.remove());
        entries.splice(0, entries.length, entry);
        if (kept) kept.value = entry.id;
      }
      settle(entry, "done", answer.message);
    };

    const cancel = (entry) => {
      if (entry.request) entry.request.abort();
      settle(entry, "failed", says("cancelled"), true);
    };

    const retry = (entry) => {
      entry.state = "waiting";
      entry.said = says("waiting");
      show(entry);
      next();
    };

    // With more than one file in, each needs its own details: the next page asks for them.
    const offerToGoOn = () => {
      const ids = [...new Set(entries.filter((entry) => entry.id).map((entry) => entry.id))];
      const isSeveral = several && ids.length > 1;
      if (details) details.hidden = Boolean(isSeveral);
      if (more) more.remove();
      more = null;
      if (!isSeveral || entries.some(isUnderWay)) return;
      more = document.createElement("p");
      more.className = "btn-row";
      const link = document.createElement("a");
      link.className = "btn btn-primary";
      link.href = `${several}?${ids.map((id) => `file=${encodeURIComponent(id)}`).join("&")}`;
      link.textContent = `${says("describe")} (${ids.length})`;
      more.append(link);
      box.append(more);
    };

    const take = (files) => {
      if (!files.length) return;
      if (!several && files.length > 1) {
        status.textContent = says("oneOnly");
        const entry = { file: files[0], row: document.createElement("li") };
        entry.row.className = "upload-item is-failed";
        entry.row.textContent = says("oneOnly");
        list.replaceChildren(entry.row);
        input.value = "";
        return;
      }
      if (!several) {
        entries.filter(isUnderWay).forEach((entry) => entry.request && entry.request.abort());
        entries.splice(0);
        list.replaceChildren();
      }
      const added = files.map(add);
      // What cannot be taken is not sent with the form either.
      if (added.every((entry) => entry.state === "failed")) input.value = "";
      next();
    };

    input.addEventListener("change", () => take([...input.files]));

    const holdsFiles = (event) => [...(event.dataTransfer?.types || [])].includes("Files");
    box.addEventListener("dragover", (event) => {
      if (!holdsFiles(event)) return;
      event.preventDefault();
      box.classList.add("is-over");
    });
    box.addEventListener("dragleave", (event) => {
      if (!box.contains(event.relatedTarget)) box.classList.remove("is-over");
    });
    box.addEventListener("drop", (event) => {
      if (!holdsFiles(event)) return;
      event.preventDefault();
      box.classList.remove("is-over");
      take([...event.dataTransfer.files]);
    });

    form.addEventListener("submit", (event) => {
      const underWay = entries.filter(isUnderWay);
      const isOnlyChoice = underWay.length === 1 && input.files.length === 1;
      if (underWay.length && isOnlyChoice) {
        // The form carries the very same file.
        underWay.forEach((entry) => {
          if (entry.request) entry.request.abort();
          entry.state = "done";
        });
      } else if (underWay.length) {
        event.preventDefault();
        status.textContent = says("wait");
        underWay.forEach((entry) => {
          entry.row.querySelector(".upload-said").textContent = says("wait");
        });
      }
    });

    window.addEventListener("beforeunload", (event) => {
      if (entries.some(isUnderWay)) event.preventDefault();
    });
  };

  document.querySelectorAll("[data-upload]").forEach(setUp);
})();
