// The keys of the desk, the sum of the rubric, and a word before changes are lost. The page works without it.

const form = document.querySelector("body > main > form.mark");
const KEYS = "desk-keys";
let changed = false;

function keysOn() {
  return localStorage.getItem(KEYS) !== "off";
}

for (const box of document.querySelectorAll("input[data-setting=keys]")) {
  box.checked = keysOn();
  box.addEventListener("change", () => localStorage.setItem(KEYS, box.checked ? "on" : "off"));
}

function lines() {
  return [...form.querySelectorAll(":scope > .rubric > fieldset")];
}

function choices(line) {
  return [...line.querySelectorAll("input[type=radio]")];
}

function noteChange() {
  changed = true;
  form.querySelector("[data-unsaved]").hidden = false;
}

// The mark becomes the sum of what is chosen; whoever wants another one types it afterward.
function addUp() {
  const chosen = lines().flatMap((line) => choices(line).filter((choice) => choice.checked));
  const sum = chosen.reduce((total, choice) => total + Number(choice.value), 0);
  const most = Number(form.elements.score.dataset.most);
  form.elements.score.value = chosen.length ? String(Math.min(Number(sum.toFixed(9)), most)) : "";
  noteChange();
}

function activate(line) {
  for (const other of lines()) other.classList.toggle("active", other === line);
  line.scrollIntoView({ block: "nearest" });
}

// All points, none, not chosen, and so on.
function turn(line) {
  const options = choices(line);
  const [none, all] = [options[0], options[options.length - 1]];
  if (all.checked) none.checked = true;
  else if (none.checked) none.checked = false;
  else all.checked = true;
  activate(line);
  addUp();
}

function step(by) {
  const line = form.querySelector("fieldset.active") || lines()[0];
  if (!line) return;
  const options = choices(line);
  const at = options.findIndex((choice) => choice.checked);
  const to = at < 0 ? (by > 0 ? 1 : 0) : Math.max(0, Math.min(options.length - 1, at + by));
  options[to].checked = true;
  activate(line);
  addUp();
}

// Where the answer scrolls by itself, these keys scroll it from everywhere, as they would a page.
function scroll(event) {
  const article = document.querySelector("body > main > article");
  const pages = { PageDown: 0.9, PageUp: -0.9, " ": 0.9 }[event.key] || 0;
  const lines = { ArrowDown: 60, ArrowUp: -60 }[event.key] || 0;
  const ends = { Home: -1e9, End: 1e9 }[event.key] || 0;
  const by = pages * article.clientHeight + lines + ends;
  if (!by || event.target !== document.body || article.scrollHeight <= article.clientHeight) return;
  event.preventDefault();
  article.scrollBy(0, by);
}

// Leave for another page; what was changed is saved first, and a mistake in it keeps the page open.
function leave(link, go) {
  if (!link) return;
  if (!changed) link.click();
  else submit(go);
}

function submit(go) {
  form.elements.go.value = go;
  form.requestSubmit();
}

function onKey(event) {
  scroll(event);
  if ((event.ctrlKey || event.metaKey) && event.key === "Enter") {
    event.preventDefault();
    submit("next");
    return;
  }
  const target = event.target;
  const typing = target.matches("textarea, input:not([type=radio]):not([type=checkbox])");
  if (event.key === "Escape" && typing) target.blur();
  if (typing || event.ctrlKey || event.metaKey || event.altKey || !keysOn()) return;
  const number = /^[1-9]$/.test(event.key) ? Number(event.key) : 0;
  const actions = {
    n: () => leave(document.querySelector("header a[rel=next]"), "forward"),
    p: () => leave(document.querySelector("header a[rel=prev]"), "back"),
    w: () => leave(document.querySelector("header a[data-move=waiting]"), "next"),
    m: () => form.elements.score.select(),
    c: () => form.elements.comment?.focus(),
    "+": () => step(1),
    "-": () => step(-1),
  };
  const action = number ? lines()[number - 1] && (() => turn(lines()[number - 1])) : actions[event.key];
  if (!action) return;
  event.preventDefault();
  action();
}

if (form) {
  document.addEventListener("keydown", onKey);
  form.addEventListener("input", (event) => {
    if (event.target.type === "checkbox") return;
    if (event.target.type === "radio") {
      activate(event.target.closest("fieldset"));
      addUp();
    } else noteChange();
  });
  form.addEventListener("submit", () => {
    changed = false;
  });
  for (const button of form.querySelectorAll("button[data-phrase]")) {
    button.addEventListener("click", () => {
      const box = form.elements.comment;
      box.value = [box.value.trimEnd(), button.textContent].filter(Boolean).join("\n\n");
      box.focus();
      noteChange();
    });
  }
  window.addEventListener("beforeunload", (event) => {
    if (changed) event.preventDefault();
  });
}
