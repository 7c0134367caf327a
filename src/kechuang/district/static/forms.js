/* What somebody types is not lost: it stands in this tab until it was taken, goes to the server as
   a draft where a form can be kept half-done, and comes back after signing in again. Every page
   works without this script. */
"use strict";
(() => {
  const words = document.body.dataset;
  const person = words.person || "0";
  const place = (form) =>
    `kechuang:${person}:${location.pathname}${location.search}:${[...document.forms].indexOf(form)}`;
  const quiet = new Set(["csrfmiddlewaretoken", "key", "version", "seen"]);
  const own = (field) =>
    field.name && !quiet.has(field.name) && field.type !== "hidden" && !field.disabled &&
    !["password", "file", "submit", "button"].includes(field.type);

  /* The values of a form as [name, text] pairs, in order; a tick is its value or "". */
  const typed = (form) =>
    [...form.elements].filter(own).map((f) => [
      f.name, f.type === "checkbox" || f.type === "radio" ? (f.checked ? f.value : "") : f.value,
    ]);

  const put = (form, pairs) => {
    const left = pairs.map((pair) => [...pair]);
    for (const field of [...form.elements].filter(own)) {
      const at = left.findIndex(([name]) => name === field.name);
      if (at < 0) continue;
      const text = left.splice(at, 1)[0][1];
      if (field.type === "checkbox" || field.type === "radio") field.checked = field.value === text;
      else field.value = text;
    }
  };

  const store = {
    read(key) { try { return JSON.parse(sessionStorage.getItem(key)); } catch { return null; } },
    write(key, value) { try { sessionStorage.setItem(key, JSON.stringify(value)); } catch { /* full */ } },
    drop(key) { try { sessionStorage.removeItem(key); } catch { /* closed */ } },
    keys() { try { return Object.keys(sessionStorage); } catch { return []; } },
  };

  const line = (form, text) => {
    let found = form.querySelector(":scope > .kept-line");
    if (!found) {
      found = document.createElement("p");
      found.className = "kept-line minor";
      found.setAttribute("role", "status");
      form.append(found);
    }
    found.textContent = text;
    return found;
  };

  const offer = (form, key, kept) => {
    const note = document.createElement("p");
    note.className = "note";
    note.setAttribute("role", "status");
    note.append(`${words.found} ${new Date(kept.at).toLocaleTimeString()} `);
    for (const [text, act] of [[words.restore, () => put(form, kept.pairs)], [words.drop, () => store.drop(key)]]) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "link";
      button.textContent = text;
      button.addEventListener("click", () => { act(); note.remove(); });
      note.append(button, " ");
    }
    form.before(note);
  };

  const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

  /* A form that can be kept half-done goes to the server a little after the last key. */
  const keeping = (form) => {
    const button = form.querySelector("button[name=keep]");
    if (!button) return { later() {}, stop() {} };
    let timer = 0;
    let under = null;
    const keep = async () => {
      under = new AbortController();
      const body = new FormData(form);
      body.append("keep", "1");
      for (const [name, value] of [...body]) if (value instanceof File) body.delete(name);
      try {
        const answer = await fetch(form.action, {
          method: "POST", body, signal: under.signal, redirect: "error",
          headers: { "X-Kept-By-Itself": "1" },
        });
        line(form, answer.status === 204 ? `${words.kept} ${new Date().toLocaleTimeString()}` : words.away);
      } catch (error) {
        if (error.name !== "AbortError") line(form, words.away);
      }
    };
    return {
      later() { clearTimeout(timer); timer = setTimeout(keep, 5000); },
      stop() { clearTimeout(timer); if (under) under.abort(); },
    };
  };

  const watch = (form) => {
    const key = place(form);
    const kept = store.read(key);
    if (kept && !same(kept.pairs, typed(form))) offer(form, key, kept);
    const server = keeping(form);
    form.addEventListener("input", () => {
      store.write(key, { at: Date.now(), pairs: typed(form) });
      server.later();
    });
    form.addEventListener("submit", (event) => {
      if (form.dataset.sent && Date.now() - Number(form.dataset.sent) < 2000) {
        event.preventDefault();
        return;
      }
      form.dataset.sent = String(Date.now());
      server.stop();
      const now = store.read(key);
      if (now) store.write(key, { ...now, sent: true });
    });
  };

  const held = document.getElementById("held-form");
  const forms = [...document.querySelectorAll("form[method=post]")].filter((f) => typed(f).length);
  const back = (pairs) => {
    const names = new Set(pairs.map(([name]) => name));
    const share = (form) => [...form.elements].filter((f) => own(f) && names.has(f.name)).length;
    const [best] = [...forms].sort((a, b) => share(b) - share(a));
    if (!best || !share(best)) return;
    put(best, pairs.flatMap(([name, texts]) => texts.map((text) => [name, text])));
    for (const name of ["version", "seen"]) {
      const before = pairs.find(([n]) => n === name);
      if (before && best.elements[name]) best.elements[name].value = before[1][0];
    }
  };

  /* What was sent from another page and was taken need not be offered again. */
  for (const key of store.keys()) {
    const kept = key.startsWith("kechuang:") && store.read(key);
    const here = `kechuang:${person}:${location.pathname}${location.search}:`;
    if (kept && ((kept.sent && !key.startsWith(here)) || !key.startsWith(`kechuang:${person}:`))) store.drop(key);
  }
  if (held) back(JSON.parse(held.textContent));
  forms.forEach(watch);
  document.querySelectorAll("form[action*=logout]").forEach((form) =>
    form.addEventListener("submit", () => store.keys().filter((k) => k.startsWith("kechuang:")).forEach(store.drop)));
})();
