// What somebody has typed and the portal does not have yet, kept in this browser: one entry per
// person, version, section and save. Loaded with every page of a signed-in person, because it is
// cleared where they sign out, where a plan has been sent, and on a shared computer at once.
"use strict";

(() => {
  const script = document.currentScript;
  const PREFIX = "portal-draft/";
  const LONGEST = 14 * 24 * 3600 * 1000; // as campaigns/plans/views/editor.py says
  const mine = `${PREFIX}${script.dataset.person}/`;
  const isShared = "shared" in script.dataset;

  // A browser may refuse its storage: then nothing is kept, and the page says so.
  const guarded = (act, otherwise) => {
    try {
      return act();
    } catch {
      return otherwise;
    }
  };
  const keys = (prefix) =>
    guarded(() => Object.keys(localStorage).filter((key) => key.startsWith(prefix)), []);
  const remove = (key) => guarded(() => localStorage.removeItem(key));
  const clear = (prefix) => keys(prefix).forEach(remove);
  const read = (key) => guarded(() => JSON.parse(localStorage.getItem(key)), null);

  const works = guarded(() => {
    localStorage.setItem(`${PREFIX}test`, "1");
    localStorage.removeItem(`${PREFIX}test`);
    return true;
  }, false);

  if (isShared) clear(PREFIX);
  keys(PREFIX).forEach((key) => {
    const draft = read(key);
    if (!draft || !(Date.now() - draft.at < LONGEST)) remove(key);
  });

  document.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    if (new URL(event.target.action, location.href).pathname === script.dataset.signOut) clear(mine);
  });
  document.querySelectorAll("[data-sent-version]").forEach((part) => {
    clear(`${mine}${part.dataset.sentVersion}/`);
  });

  // The portal has just saved what was begun from this save of a section.
  const told = /(?:^|; )draft_saved=(\d+):([\w-]+):(\d+)/.exec(document.cookie);
  if (told) {
    clear(`${mine}${told.slice(1).join("/")}/`);
    document.cookie = "draft_saved=; max-age=0; path=/";
  }

  const folder = (version, section) => `${mine}${version}/${section}/`;
  window.portalDrafts = {
    isKept: works && !isShared,
    key: (version, section, lock, page) => `${folder(version, section)}${lock}/${page}`,
    write(key, fields) {
      if (!this.isKept) return false;
      return guarded(() => {
        localStorage.setItem(key, JSON.stringify({ at: Date.now(), fields }));
        return true;
      }, false);
    },
    remove,
    // The drafts of a section, the latest first.
    find: (version, section) =>
      keys(folder(version, section))
        .map((key) => ({ key, lock: key.split("/").at(-2), ...read(key) }))
        .filter((draft) => Array.isArray(draft.fields))
        .sort((one, other) => other.at - one.at),
  };
})();
