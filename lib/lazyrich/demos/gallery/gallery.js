// The gallery: a first page with one card per demo, and one page per demo with text, presets and tools. The address says what is shown:
// #OneNeuron?delta=-4&angle=120. Each demo gets a model of its own that lives here, so nothing waits for a kernel.

const make = (tag, attributes = {}, ...children) => {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "prose") node.append(...prose(value));
    else if (name === "text") node.textContent = value;
    else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
};

// "x_y" and "x^(y)" in the words of an entry, set low and high.
function prose(words) {
  return words.split(/(_\w+|\^\([^)]*\))/).map((part) => (/^_\w/.test(part) ? make("sub", { text: part.slice(1) }) : part.startsWith("^(") ? make("sup", { text: part.slice(2, -1) }) : part));
}

// -- states in words: links and Python -----------------------------------------------------------------------

const tidy = (value) => (typeof value === "number" ? +value.toPrecision(12) : value);

// The controls of a demo that differ from its own start, or all of them.
export function differing(entry, state, all = false) {
  return Object.keys(entry.controls).filter((name) => all || tidy(state[name]) !== tidy(entry.state[name])).map((name) => [name, tidy(state[name])]);
}

export function hashOf(entry, state) {
  const parts = differing(entry, state).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  return `#${entry.demo}${parts.length ? `?${parts.join("&")}` : ""}`;
}

// A value that a link gives, made allowed; undefined if it makes no sense.
export function allowed(kind, text) {
  if (kind.values) return kind.values.find((value) => String(value) === text);
  let value = text.trim() === "" ? NaN : Number(text);
  if (!Number.isFinite(value)) return undefined;
  if (kind.whole) value = Math.round(value);
  return Math.min(kind.max ?? Infinity, Math.max(kind.min ?? -Infinity, value));
}

// "#Demo?name=value&..." to {entry, state}; null for anything else. Unknown names and senseless values are ignored.
export function readHash(demos, hash) {
  const [name, query = ""] = hash.replace(/^#/, "").split("?");
  const entry = demos.find((each) => each.demo === name);
  if (!entry) return null;
  const state = {};
  for (const [key, text] of new URLSearchParams(query)) {
    const value = Object.hasOwn(entry.controls, key) ? allowed(entry.controls[key], text) : undefined;
    if (value !== undefined) state[key] = value;
  }
  return { entry, state };
}

const literal = (value) => (value === true ? "True" : value === false ? "False" : typeof value === "string" ? JSON.stringify(value) : `${value}`);
export const call = (entry, state, all = true) => `${entry.demo}(${differing(entry, state, all).map(([name, value]) => `${name}=${literal(value)}`).join(", ")})`;
export const pythonOf = (entry, state) => `from lazyrich.demos import ${entry.demo}\n\n${call(entry, state)}\n`;

// -- a demo as a picture -------------------------------------------------------------------------------------

function rowsOf(g, text, width) {
  const rows = [""];
  for (const word of text.split(/\s+/)) {
    const longer = `${rows.at(-1)} ${word}`.trim();
    if (rows.at(-1) && g.measureText(longer).width > width) rows.push(word); else rows[rows.length - 1] = longer;
  }
  return rows;
}

function wrapped(g, text, x, y, width, height) { // returns the y below the last row
  for (const row of rowsOf(g, text, width)) { g.fillText(row, x, y); y += height; }
  return y;
}

// One canvas with the title, the numbers, all panels where they stand on the page, and the Python that makes it again.
export function compose(root, title, code) {
  const panels = root.querySelector(".lr-panels"), at = panels.getBoundingClientRect(), style = getComputedStyle(root);
  const sharp = window.devicePixelRatio || 1, gap = 20, width = at.width + 2 * gap;
  const words = [...root.querySelectorAll(".lr-numbers > span")].map((each) => each.textContent.trim()).filter(Boolean).join(" · ");
  const canvas = make("canvas");
  const paint = (g) => {
    g.textBaseline = "top";
    g.fillStyle = style.color;
    g.font = `600 20px ${style.fontFamily}`;
    let y = wrapped(g, title, gap, gap, at.width, 26);
    g.font = `13px ${style.fontFamily}`;
    y = wrapped(g, words, gap, y + 2, at.width, 19) + 8;
    for (const figure of panels.querySelectorAll("figure")) {
      for (const part of figure.querySelectorAll("figcaption, canvas")) {
        const box = part.getBoundingClientRect(), left = gap + box.left - at.left, top = y + box.top - at.top;
        if (part.tagName === "CANVAS") g.drawImage(part, left, top, box.width, box.height);
        else {
          g.font = `600 14px ${style.fontFamily}`;
          wrapped(g, part.textContent, left, top + box.height - 19 * rowsOf(g, part.textContent, box.width).length, box.width, 19);
        }
      }
    }
    g.font = "12px monospace";
    g.globalAlpha = 0.75;
    y = wrapped(g, code, gap, y + at.height + 10, at.width, 16);
    g.globalAlpha = 1;
    return y + gap - 8;
  };
  const height = paint(canvas.getContext("2d"));
  canvas.width = Math.round(width * sharp);
  canvas.height = Math.round(height * sharp);
  const g = canvas.getContext("2d");
  g.scale(sharp, sharp);
  g.fillStyle = style.getPropertyValue("--lrg-paper").trim() || "white";
  g.fillRect(0, 0, width, height);
  paint(g);
  return canvas;
}

// Run `act` while everything is drawn as on a screen with this pixel ratio.
async function sharper(ratio, redraw, act) {
  const own = Object.getOwnPropertyDescriptor(window, "devicePixelRatio");
  const drawn = async () => { redraw(); await frames(3); };
  Object.defineProperty(window, "devicePixelRatio", { value: Math.max(ratio, window.devicePixelRatio || 1), configurable: true, writable: true });
  try {
    await drawn();
    return act();
  } finally {
    if (own) Object.defineProperty(window, "devicePixelRatio", own);
    else delete window.devicePixelRatio;
    await drawn();
  }
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch { // no permission, or a page that is not from this machine
    const area = make("textarea", { style: "position: fixed; opacity: 0" });
    area.value = text;
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    if (!done) throw new Error("the browser does not let this page copy");
  }
}

// -- the page ------------------------------------------------------------------------------------------------

const modules = new Map();
async function load(entry) {
  if (!modules.has(entry.demo)) {
    const url = URL.createObjectURL(new Blob([entry.module], { type: "text/javascript" }));
    modules.set(entry.demo, import(url).finally(() => URL.revokeObjectURL(url)));
  }
  return (await modules.get(entry.demo)).default;
}

const frames = (count) => new Promise((done) => { const next = (left) => (left ? requestAnimationFrame(() => next(left - 1)) : done()); next(count); });
// Some demos take a few frames to train, and say so while they do.
async function ready(stage, given_up = () => false) {
  for (let k = 0; k < 600 && !given_up() && stage.querySelector("[data-number=state]")?.textContent; k++) await frames(1);
}
const rest = (ms) => new Promise((done) => setTimeout(done, ms));

function render({ model, el }) {
  const { demos, jumps, notebooks, terms } = model.get("table"), page = model.get("page");
  const root = make(page ? "main" : "div", { class: page ? "lrg lrg-page" : "lrg" }), dark = window.matchMedia("(prefers-color-scheme: dark)");
  el.append(root);
  for (const event of ["keydown", "keyup", "keypress"]) root.addEventListener(event, (e) => e.stopPropagation()); // a notebook would take keys for itself
  let leave = () => {}, visit = 0, shown = null, here = "";
  const lecture = lectureMode(root, page, { shown: () => shown, beside: (step) => go(`#${demos[(demos.indexOf(shown?.entry) + step + demos.length + (shown || step > 0 ? 0 : 1)) % demos.length].demo}`) });
  const glossary = explainer(root, terms);
  const source = ({ notebook }) => (notebooks[notebook] ? make("a", { href: notebooks[notebook], text: `Notebook ${notebook}` }) : `Notebook ${notebook}`);

  const address = (hash, name = "href") => (page ? { [name]: hash } : { href: "#", onclick: (event) => { event.preventDefault(); go(hash); } });
  const startOf = (entry, preset) => hashOf(entry, { ...entry.state, ...entry.presets[preset] });

  function home() {
    const find = (name) => demos.find((each) => each.demo === name);
    const ends = jumps.slice(0, 3), [blind, seeing] = jumps.slice(3, 5).map(([words, demo, preset]) => make("a", { ...address(startOf(find(demo), preset)), text: words })), more = jumps.slice(5);
    const scale = make("nav", { class: "lrg-scale", "aria-label": "Three regimes along delta" });
    for (const [words, demo, preset] of ends) scale.append(make("a", address(startOf(find(demo), preset)), make("b", { text: words })));
    const rest = make("ul", { class: "lrg-jumps" });
    for (const [words, demo, preset] of more) rest.append(make("li", {}, make("a", { class: "lrg-button", ...address(startOf(find(demo), preset)), text: words })));
    root.append(make("div", { class: "lrg-corner" }, ...lecture.button()), make("header", { class: "lrg-hero" },
      make("h1", { text: "Lazy to Rich", tabindex: "-1" }),
      make("p", { class: "lrg-lead", text: "How neural networks learn features. One number, fixed at the start and kept by gradient flow, decides whether, when and how fast." }),
      make("p", { class: "lrg-formula", "aria-label": "delta equals eta w times a squared minus eta a times the squared norm of w" }, formula()),
      scale,
      make("p", { class: "lrg-bridge" }, "The bar is for linear neurons. With gates, max(0, z), the kernel sees neurons turn, and upstream goes from last to first: compare ", blind, " with ", seeing, "."),
      rest));
    const list = make("ul", { class: "lrg-cards" });
    root.append(make("h2", { class: "lrg-hidden", text: "All demos" }), list);
    for (const link of root.querySelectorAll(".lrg-hero a")) glossary.attach(link);
    glossary.mark(root.querySelectorAll(".lrg-lead, .lrg-bridge"));
    const stills = demos.map((entry) => {
      const canvas = make("canvas", { "aria-hidden": "true" });
      list.append(make("li", {}, make("article", { class: "lrg-card" },
        make("span", { class: "lrg-still" }, canvas),
        make("span", { class: "lrg-from" }, source(entry)), make("a", { class: "lrg-open", ...address(`#${entry.demo}`), text: entry.title }), make("span", { text: entry.question }))));
      return [entry, canvas];
    });
    return drawStills(stills);
  }

  // The cards' pictures: each demo draws itself once, out of sight, one after another so that the page stays quick.
  function drawStills(stills) {
    let gone = false;
    const run = async () => {
      for (const [entry, canvas] of stills) {
        if (gone) return;
        const [preset, number] = entry.card, stage = make("div", { class: "lrg-backstage", "aria-hidden": "true", inert: "" });
        root.append(stage);
        const stop = (await load(entry)).render({ model: localModel({ ...entry.state, ...entry.presets[preset] }), el: stage });
        await frames(3);
        await ready(stage, () => gone);
        const drawn = stage.querySelectorAll("canvas")[number];
        if (!gone && drawn) {
          canvas.width = drawn.width;
          canvas.height = drawn.height;
          canvas.getContext("2d").drawImage(drawn, 0, 0);
          canvas.classList.add("lrg-ready");
        }
        stop?.();
        stage.remove();
      }
    };
    run();
    const again = () => { gone = true; requestAnimationFrame(() => { gone = false; run(); }); };
    dark.addEventListener("change", again);
    return () => { gone = true; dark.removeEventListener("change", again); };
  }

  async function show(entry, state) {
    const own = ++visit, at = demos.indexOf(entry), beside = (step) => demos[(at + step + demos.length) % demos.length];
    const full = { ...entry.state, ...state };
    const local = localModel(full, heard);
    const stage = make("div", { class: "lrg-stage" }), said = make("p", { class: "lrg-said", role: "status" });
    const title = make("h1", { text: entry.title, tabindex: "-1" });
    const chooser = make("select", { "aria-label": "Demo", onchange: () => go(`#${chooser.value}`) });
    for (const each of demos) chooser.append(make("option", { value: each.demo, text: each.title, ...(each === entry ? { selected: "" } : {}) }));
    const presets = make("div", { class: "lrg-presets", role: "group", "aria-label": "Presets" });
    const named = Object.entries(entry.presets).map(([words, values]) => {
      const button = make("button", { type: "button", "data-preset": words, text: words, onclick: () => take({ ...pick(entry.state), ...values }) });
      presets.append(button);
      return [button, { ...entry.state, ...values }];
    });
    presets.append(make("button", { type: "button", class: "lrg-quiet", "data-tool": "reset", text: "reset", onclick: () => take(pick(entry.state)) }));
    const tools = make("div", { class: "lrg-tools", role: "group", "aria-label": "Take it with you" },
      ...(page ? [tool("link", "Copy link", async () => { await copy(location.href.replace(/#.*/, "") + hashOf(entry, full)); return "Link copied: it opens this demo as it stands."; })] : []),
      tool("save", "Save figure", save),
      tool("python", "Copy Python", async () => { await copy(pythonOf(entry, full)); return "Python copied: paste it into a notebook."; }),
      ...lecture.button());
    const tries = make("ol");
    for (const each of entry.tries) tries.append(tryOut(each, (state, play) => {
      take({ ...pick(entry.state), ...state });
      const canvas = stage.querySelector("canvas"), { top, bottom } = canvas.getBoundingClientRect();
      if (top < 0 || bottom > window.innerHeight) stage.scrollIntoView();
      if (play) stage.querySelector("[data-name=play][aria-label^=play]")?.click();
    }));
    root.append(
      make("header", { class: "lrg-bar" },
        make("a", { class: "lrg-home", ...address("#"), "aria-label": "All demos" }, make("span", { "aria-hidden": "true", text: "◂ " }), "All demos"),
        chooser,
        make("nav", { class: "lrg-steps", "aria-label": "Neighbors" },
          make("a", { class: "lrg-button", ...address(`#${beside(-1).demo}`), "aria-label": `Previous: ${beside(-1).title}`, text: "‹" }),
          make("a", { class: "lrg-button", ...address(`#${beside(1).demo}`), "aria-label": `Next: ${beside(1).title}`, text: "›" })),
        tools),
      make("div", { class: "lrg-demo" },
        make("div", { class: "lrg-main" }, make("div", { class: "lrg-row" }, title, presets), stage),
        make("aside", { class: "lrg-words" }, make("p", { prose: entry.paragraph }), make("h2", { text: "Three things to try" }), tries,
          make("p", { class: "lrg-from" }, source(entry), "."))),
      said);
    for (const button of presets.querySelectorAll("[data-preset]")) glossary.attach(button);
    glossary.mark(root.querySelectorAll(".lrg-words > p:first-child, .lrg-question"));

    function pick(values) { return Object.fromEntries(Object.keys(entry.controls).map((name) => [name, values[name]])); }
    function take(values) { local.put(values); heard(); }
    function heard() {
      for (const [button, values] of named) button.setAttribute("aria-pressed", String(hashOf(entry, values) === hashOf(entry, full)));
      here = hashOf(entry, full);
      if (page) history.replaceState(null, "", here);
    }
    function tool(name, words, act) {
      return make("button", { type: "button", "data-tool": name, text: words, onclick: async () => {
        said.textContent = ""; // so that the same words are read out again
        stage.querySelector("button[data-name=play][aria-label=pause]")?.click(); // what is told must be what is seen
        await rest(150); // a demo tells its state when the hand rests
        await ready(stage);
        try { said.textContent = await act(); } catch (error) { said.textContent = `That did not work: ${error.message}.`; }
        setTimeout(() => { said.textContent = ""; }, 8000);
      } });
    }
    async function save() {
      const canvas = await sharper(2, redraw, () => compose(stage.querySelector(".lr"), entry.title, call(entry, full)));
      const blob = await new Promise((done) => canvas.toBlob(done, "image/png")), url = URL.createObjectURL(blob);
      make("a", { href: url, download: `${here.slice(1).replace(/[?&]/g, "_").replace(/=/g, "-")}.png` }).click();
      setTimeout(() => URL.revokeObjectURL(url), 10_000);
      return "Figure saved.";
    }

    const redraw = () => local.put(pick(full));
    let stop = () => {}, gone = false;
    shown = { entry, redraw, stage, presets, take: (values) => take({ ...pick(entry.state), ...values }) };
    heard();
    const demo = await load(entry);
    if (!gone && own === visit) {
      stop = demo.render({ model: local, el: stage }) || stop;
      glossary.mark(stage.querySelectorAll("figcaption, .lr-numbers > span > span"));
    }
    return () => { gone = true; stop(); };
  }

  let first = true;
  function go(hash) {
    const wanted = readHash(demos, hash), same = wanted && shown && shown.entry === wanted.entry;
    if (page && location.hash !== hash && !(hash === "#" && !location.hash)) history.pushState(null, "", hash);
    here = hash;
    if (same) { shown.take(wanted.state); return; }
    Promise.resolve(leave).then((stop) => stop());
    shown = null;
    visit++;
    root.replaceChildren(...glossary.nodes);
    root.dataset.view = wanted ? wanted.entry.demo : "home";
    leave = wanted ? show(wanted.entry, wanted.state) : home();
    if (page) document.title = wanted ? `${wanted.entry.title} · Lazy to Rich` : "Lazy to Rich: demos";
    if (!first) { window.scrollTo(0, 0); root.querySelector("h1").focus({ preventScroll: true }); }
    first = false;
  }

  const follow = () => { if ((location.hash || "#") !== here) go(location.hash || "#"); };
  if (page) for (const event of ["hashchange", "popstate"]) window.addEventListener(event, follow);
  go(page ? location.hash || "#" : "#");
  return () => {
    for (const event of ["hashchange", "popstate"]) window.removeEventListener(event, follow);
    lecture.stop();
    Promise.resolve(leave).then((stop) => stop());
  };
}

// For lectures: `?lecture` in the address, or the button. Everything is larger and only the demo is shown; a presenter's keys move on.
function lectureMode(root, page, { shown, beside }) {
  const isOn = () => root.classList.contains("lrg-lecture");
  const set = (on) => {
    root.classList.toggle("lrg-lecture", on);
    for (const button of root.querySelectorAll("[data-tool=lecture]")) button.setAttribute("aria-pressed", String(on));
    shown()?.redraw();
  };
  const change = (on) => {
    const to = new URL(location.href);
    to.search = on ? "?lecture" : "";
    try { history.replaceState(null, "", to); } catch { /* some browsers keep a file's address as it is */ }
    set(on);
  };
  const onKey = (event) => {
    if (!isOn() || event.altKey || event.ctrlKey || event.metaKey) return;
    const { stage, presets } = shown() || {}, busy = event.target.closest?.("a, button, input, select, [role=application], [role=button]");
    const acts = { PageDown: () => beside(1), PageUp: () => beside(-1), ...(root.querySelector(".lrg-tip:not([hidden])") ? {} : { Escape: () => change(false) }) };
    if (!busy) acts[" "] = () => stage?.querySelector("[data-name=play]")?.click();
    if (/^[1-9]$/.test(event.key)) acts[event.key] = () => presets?.querySelectorAll("[data-preset]")[event.key - 1]?.click();
    if (!acts[event.key]) return;
    event.preventDefault();
    acts[event.key]();
  };
  if (page) {
    set(new URLSearchParams(location.search).has("lecture"));
    window.addEventListener("keydown", onKey, true);
  }
  return {
    button: () => (page ? [make("button", { type: "button", "data-tool": "lecture", "aria-pressed": String(isOn()), text: "Lecture", onclick: () => change(!isOn()) }), make("span", { class: "lrg-keys", text: "Page down, page up: next, previous · 1 to 9: presets · space: play · Esc: leave" })] : []),
    stop: () => window.removeEventListener("keydown", onKey, true),
  };
}

// One thing to try: the question, guesses, a button that sets the demo, and what is seen once a guess is made.
function tryOut({ question, state, guesses, right, reveal, play }, set) {
  const answer = make("p", { class: "lrg-reveal", role: "status" });
  const guess = make("div", { class: "lrg-guesses", role: "group", "aria-label": "Your guess" });
  guesses.forEach((words, k) => guess.append(make("button", { type: "button", "aria-pressed": "false", prose: words, onclick: (event) => {
    for (const each of guess.children) each.setAttribute("aria-pressed", String(each === event.currentTarget));
    answer.replaceChildren(make("b", { prose: k === right ? "Yes. " : `No: ${guesses[right]}. ` }), ...prose(reveal));
  } })));
  return make("li", {}, make("p", { class: "lrg-question", prose: question }), guess,
    make("button", { type: "button", class: "lrg-set", text: play ? "Set this for me, and play" : "Set this for me", onclick: () => set(state, play) }), answer);
}

// Terms of the field: a dotted one explains itself when a mouse is on it, when it has the focus, or when it is touched.
function explainer(root, terms) {
  const tip = make("div", { class: "lrg-tip", hidden: "" }), texts = make("div", { hidden: "" }), spelled = new Map();
  for (const [name, [text, ...spellings]] of Object.entries(terms)) {
    texts.append(make("span", { id: `lrg-term-${name.replace(/\W/g, "-")}`, text }));
    for (const each of spellings) for (const form of [each, each[0].toUpperCase() + each.slice(1)]) spelled.set(form, name);
  }
  const forms = [...spelled.keys()].sort((one, two) => two.length - one.length).map((form) => form.replace(/[()]/g, "\\$&"));
  const pattern = new RegExp(`(?<![\\p{L}\\p{N}_|/])(?:${forms.join("|")})(?![\\p{L}\\p{N}_]|\\p{M})`, "gu");
  let waiting = 0;
  const hide = () => { clearTimeout(waiting); tip.hidden = true; };
  const hideSoon = () => { clearTimeout(waiting); waiting = setTimeout(hide, 250); };
  const tell = (node, name) => {
    clearTimeout(waiting);
    tip.replaceChildren(...prose(terms[name][0]));
    tip.hidden = false;
    const at = node.getBoundingClientRect(), own = tip.getBoundingClientRect(), below = at.bottom + 6;
    tip.style.left = `${Math.max(8, Math.min(at.left, document.documentElement.clientWidth - own.width - 8))}px`;
    tip.style.top = `${below + own.height < window.innerHeight ? below : Math.max(8, at.top - own.height - 6)}px`;
  };
  const listen = (node, name, wait) => {
    node.setAttribute("aria-describedby", `lrg-term-${name.replace(/\W/g, "-")}`);
    node.addEventListener("pointerenter", (event) => { if (event.pointerType === "mouse") { clearTimeout(waiting); waiting = setTimeout(() => tell(node, name), wait); } });
    node.addEventListener("pointerleave", hideSoon);
    node.addEventListener("focus", () => { if (node.matches(":focus-visible")) tell(node, name); });
    node.addEventListener("blur", hide);
  };
  tip.addEventListener("pointerenter", () => clearTimeout(waiting)); // it may be read and selected
  tip.addEventListener("pointerleave", hideSoon);
  root.addEventListener("keydown", (event) => { if (event.key === "Escape") hide(); }, true);
  root.addEventListener("pointerdown", (event) => { if (!tip.contains(event.target)) hide(); });
  return {
    nodes: [tip, texts],
    // A link or button whose words hold a term: it keeps what it does, and tells the term as well.
    attach(node) {
      const [found] = node.textContent.matchAll(pattern);
      if (!found) return;
      listen(node, spelled.get(found[0]), 500);
      node.addEventListener("click", hide);
    },
    // Texts: the first time that each term stands in them, it becomes a button.
    mark(nodes) {
      const seen = new Set();
      for (const node of nodes) {
        const walker = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
        for (let text = walker.nextNode(); text; text = walker.nextNode()) {
          const found = !text.parentElement.closest("a, [role=button]") && [...text.data.matchAll(pattern)].find(([form]) => !seen.has(spelled.get(form)));
          if (!found) continue;
          const name = spelled.get(found[0]), word = text.splitText(found.index);
          word.splitText(found[0].length);
          const button = make("span", { role: "button", tabindex: "0", class: "lrg-term", "data-term": name, onclick: () => tell(button, name) }); // no button: a line must not break between it and a comma
          button.addEventListener("keydown", (event) => { if (event.key === "Enter" || event.key === " ") { event.preventDefault(); tell(button, name); } });
          seen.add(name);
          word.replaceWith(button);
          button.append(word);
          walker.currentNode = word;
          listen(button, name, 150);
        }
      }
    },
  };
}

function formula() {
  const part = document.createDocumentFragment(), sub = (text) => make("sub", { text });
  const italic = (text) => make("i", { text });
  part.append(italic("δ"), " = ", italic("η"), sub("w"), " ", italic("a"), "² − ", italic("η"), sub("a"), " ‖", italic("w"), "‖²");
  return part;
}

export default { render };
