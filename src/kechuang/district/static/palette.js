/* Ctrl K: pages, records and deeds by name. Without this script the search box does its work. */
"use strict";
(() => {
  const dialog = document.getElementById("palette");
  if (!dialog || !dialog.showModal) return;
  const input = dialog.querySelector("input");
  const list = dialog.querySelector("[role=listbox]");
  const status = document.getElementById("palette-status");
  let timer = 0;
  let under = null;
  let active = null;

  const folded = (text) => text.normalize("NFKC").toLowerCase().trim();
  const open = () => [...list.querySelectorAll("[role=option]")].filter((o) => !o.hidden);

  const choose = (option) => {
    if (active) active.setAttribute("aria-selected", "false");
    active = option || null;
    if (!active) { input.removeAttribute("aria-activedescendant"); return; }
    active.setAttribute("aria-selected", "true");
    input.setAttribute("aria-activedescendant", active.id);
    active.scrollIntoView({ block: "nearest" });
  };

  /* Ids for who listens, empty groups away, and how many there are to choose from. */
  const settle = () => {
    [...list.querySelectorAll("[role=option]")].forEach((o, n) => { o.id = `palette-${n}`; });
    for (const group of list.querySelectorAll("[role=group]"))
      group.hidden = ![...group.querySelectorAll("[role=option]")].some((o) => !o.hidden);
    const left = open();
    status.textContent = left.length ? `${left.length} ${status.dataset.count}` : status.dataset.none;
    choose(active && left.includes(active) ? active : left[0]);
  };

  const narrow = () => {
    const words = folded(input.value).split(/\s+/).filter(Boolean);
    for (const option of list.querySelectorAll(":scope > [role=group]:not([data-found]) [role=option]"))
      option.hidden = !words.every((word) => folded(option.textContent).includes(word));
    settle();
  };

  const put = (html) => {
    list.querySelectorAll("[data-found]").forEach((group) => group.remove());
    const made = new DOMParser().parseFromString(html, "text/html");
    for (const group of made.querySelectorAll("[role=group]")) {
      group.dataset.found = "";
      list.append(document.adoptNode(group));
    }
    settle();
  };

  const ask = async () => {
    if (under) under.abort();
    under = new AbortController();
    const words = input.value.trim();
    if (!words) { put(""); return; }
    const query = new URLSearchParams({ q: words, part: "1" });
    try {
      const answer = await fetch(`${dialog.dataset.search}?${query}`, { signal: under.signal });
      if (answer.ok) put(await answer.text());
    } catch (error) {
      if (error.name !== "AbortError") put("");
    }
  };

  const show = () => {
    if (dialog.open) return;
    input.value = "";
    put("");
    narrow();
    dialog.showModal();
    input.focus();
  };

  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k") {
      event.preventDefault();
      if (dialog.open) dialog.close(); else show();
    }
  });
  input.addEventListener("input", () => {
    narrow();
    clearTimeout(timer);
    timer = setTimeout(ask, 180);
  });
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const left = open();
    const at = left.indexOf(active);
    const move = { ArrowDown: at + 1, ArrowUp: at - 1 + left.length }[event.key];
    if (move !== undefined && left.length) {
      event.preventDefault();
      choose(left[move % left.length]);
    } else if (event.key === "Enter" && active) {
      event.preventDefault();
      location.assign(active.href);
    }
  });
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  dialog.addEventListener("close", () => { clearTimeout(timer); if (under) under.abort(); });
})();
