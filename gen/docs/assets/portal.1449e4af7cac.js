// Search, copy buttons and a language that stays chosen. Everything else works without this file.
// It loads one thing, /docs/search.json, when somebody searches, and builds every node from text.
"use strict";

const KEPT = "corridor-docs-language";

function node(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

// ---- languages

function kept() {
  try { return localStorage.getItem(KEPT); } catch { return null; }
}

function choose(language) {
  for (const input of document.querySelectorAll(".tabs > input")) if (input.dataset.tab === language) input.checked = true;
}

document.addEventListener("change", (event) => {
  const language = event.target.dataset && event.target.dataset.tab;
  if (!language) return;
  const before = event.target.getBoundingClientRect().top;
  choose(language);
  window.scrollBy(0, event.target.getBoundingClientRect().top - before); // what was clicked stays where it was
  try { localStorage.setItem(KEPT, language); } catch { /* a browser that keeps nothing */ }
});
if (kept()) choose(kept());

// ---- copying

for (const pre of document.querySelectorAll("main pre")) {
  if (!navigator.clipboard) break;
  const button = node("button", { class: "copy", type: "button" }, "Copy");
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(pre.textContent);
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = "Copy"; }, 1500);
  });
  const holder = pre.closest("figure") || pre.parentNode.insertBefore(node("figure", { class: "code" }), pre);
  if (!pre.closest("figure")) holder.append(pre);
  holder.append(button);
}

// ---- search

const box = document.getElementById("search");
const input = node("input", { type: "search", placeholder: "Search", "aria-label": "Search the documentation", "aria-controls": "found", autocomplete: "off", spellcheck: "false" });
const list = node("ol", { id: "found", hidden: "" });
const told = node("p", { class: "unseen", role: "status" });
box.append(input, list, told);
box.hidden = false;
let index;

function load() {
  index ||= fetch("/docs/search.json").then((answer) => answer.json()).then((rows) => rows.map(([title, path, kind, words]) => ({
    title, path, kind, words,
    name: plain(`${title} ${path.includes("#") ? kind : ""} ${words.split(" ")[0]}`),
    all: plain(`${title} ${path} ${kind} ${words}`),
  })));
  return index;
}

// CamelCase, snake_case and paths fall into their words.
function plain(text) {
  return (text.replace(/([a-z0-9])([A-Z])/g, "$1 $2") + " " + text).toLowerCase().split(/[^a-z0-9]+/).filter(Boolean);
}

// One letter more, less, other or swapped, for words of four letters and more.
function near(wanted, word) {
  if (wanted.length < 4 || Math.abs(wanted.length - word.length) > 1) return false;
  let i = 0;
  while (i < wanted.length && wanted[i] === word[i]) i += 1;
  const a = wanted.slice(i), b = word.slice(i);
  return a.slice(1) === b || a === b.slice(1) || a.slice(1) === b.slice(1)
    || (a[0] === b[1] && a[1] === b[0] && a.slice(2) === b.slice(2));
}

function best(wanted, words, exact, prefix, fuzzy) {
  let score = 0;
  for (const word of words) {
    if (word === wanted) return exact;
    if (word.startsWith(wanted)) score = Math.max(score, prefix);
    else if (fuzzy > score && (near(wanted, word) || near(wanted, word.slice(0, wanted.length)))) score = fuzzy;
  }
  return score;
}

const WEIGHT = { guide: 6, operation: 5, error: 4, event: 4, service: 5 };

function search(rows, text) {
  const wanted = text.toLowerCase().split(/[^a-z0-9]+/).filter(Boolean);
  if (!wanted.length) return [];
  const whole = wanted.join("");
  return rows.map((row) => {
    let score = 0;
    for (const word of wanted) {
      const found = Math.max(best(word, row.name, 40, 30, 12), best(word, row.all, 12, 8, 3));
      if (!found) return [0, row];
      score += found;
    }
    if (row.name.join("").startsWith(whole)) score += 25;
    const weight = row.path.startsWith("/docs/guides/") ? WEIGHT.guide : WEIGHT[row.kind] || 0;
    return [score + weight - row.title.length / 20, row];
  }).filter(([score]) => score > 0).sort((a, b) => b[0] - a[0]).slice(0, 12).map(([, row]) => row);
}

async function show() {
  const text = input.value;
  if (!text.trim()) { list.hidden = true; told.textContent = ""; return; }
  const rows = search(await load(), text);
  if (input.value !== text) return;
  list.replaceChildren(...rows.map((row) => node("li", {}, node("a", { href: row.path },
    node("span", { class: "mark" }, row.kind), row.title, node("small", {}, row.words.slice(0, 120))))));
  if (!rows.length) list.append(node("li", { class: "none" }, "Nothing found."));
  list.hidden = false;
  told.textContent = rows.length === 1 ? "1 result" : `${rows.length} results`;
}

input.addEventListener("input", show);
input.addEventListener("focus", () => { load(); show(); });
box.addEventListener("keydown", (event) => {
  const stops = [input, ...list.querySelectorAll("a")];
  const at = stops.indexOf(document.activeElement);
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    stops[Math.max(0, Math.min(stops.length - 1, at + (event.key === "ArrowDown" ? 1 : -1)))].focus();
  } else if (event.key === "Escape") {
    list.hidden = true;
    input.focus();
  } else if (event.key === "Enter" && at === 0 && stops[1] && !list.hidden) {
    stops[1].click();
  }
});
document.addEventListener("click", (event) => { if (!box.contains(event.target)) list.hidden = true; });
document.addEventListener("keydown", (event) => {
  if (event.key === "/" && !/^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement.tagName)) {
    event.preventDefault();
    input.focus();
  }
});
