// What every demo needs: labeled sliders, sharp canvases, axes, readable numbers. It is put in front of each demo.

// As plots.COLORS: each has a contrast of 3 to light paper and to dark.
export const COLORS = { orange: "#BF7F00", sky: "#2F8FC7", green: "#009E73", blue: "#0072B2", vermillion: "#D55E00", purple: "#C26A9B" };
const STOPS = [[123, 63, 0], [178, 122, 58], [124, 143, 135], [52, 143, 137], [0, 89, 90]]; // plots.DELTA_MAP
const STOPS_AT_NIGHT = [[192, 112, 42], [186, 138, 84], [138, 157, 149], [75, 163, 157], [34, 154, 153]]; // the same hues for dark paper
let night = false; // whether the paper is dark; `stage` looks before each drawing
// Dashes, so that curves differ by more than color.
export const DASHES = [[], [12, 4], [3, 4], [12, 4, 3, 4], [7, 3]];

export function deltaColor(delta, scale = 4, dark = night) {
  const x = 2 * (1 + Math.tanh(delta / scale)), i = Math.min(3, Math.floor(x)), [from, to] = (dark ? STOPS_AT_NIGHT : STOPS).slice(i, i + 2);
  return `rgb(${from.map((v, k) => Math.round(v + (x - i) * (to[k] - v))).join(",")})`;
}

// -- numbers in words: one minus sign, one way to write powers of ten ----------------------------------

const raised = (n) => `${n < 0 ? "⁻" : ""}${[...`${Math.abs(n)}`].map((d) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[d]).join("")}`;
const signOf = (text) => (/[1-9∞]/.test(text) ? text.replace("-", "−") : text.replace("-", "")); // and no minus before a zero

// So many digits after the point: −0.730.
export const fixed = (v, digits) => signOf(v.toFixed(digits));
// So many digits and a power of ten: 1.2×10⁻⁵, or 10⁻⁵ alone.
export function scientific(v, digits) {
  const [front, power] = v.toExponential(digits - 1).split("e");
  return v === 0 ? "0" : `${front === "1" ? "" : `${signOf(front)}×`}10${raised(+power)}`;
}
// At most so many digits, with a power of ten only if the number is very small or large.
export function brief(v, digits = 3) {
  const size = Math.abs(v);
  return v === 0 || (size >= 1e-3 && size < 1e4) || !Number.isFinite(v) ? signOf(`${+v.toPrecision(digits)}`) : scientific(v, digits);
}
// At a tick: 0.01, 1, 3000, 10⁻⁴, 3×10⁴.
export const powers = (v) => (v === 0 || (Math.abs(v) >= 0.01 && Math.abs(v) < 1e4) ? signOf(`${+v.toPrecision(12)}`) : scientific(v, 1));
// A loss, or an error.
export const little = (v) => (v >= 1e-3 ? v.toFixed(4) : scientific(v, 2));

const STYLE = `
.lr { box-sizing: border-box; container-type: inline-size; font: 14px/1.4 var(--jp-ui-font-family, system-ui, sans-serif); color: var(--jp-ui-font-color1, var(--vscode-editor-foreground, inherit)); outline-color: Canvas; padding: 4px; }
.lr-controls { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 235px), 1fr)); align-items: end; gap: 2px 20px; position: sticky; top: var(--lr-top, 0px); z-index: 1; padding: 4px 0; background: var(--lr-paper); }
.lr-control { display: grid; min-width: 0; grid-template-columns: minmax(min-content, 1fr) auto; column-gap: 6px; align-items: baseline; }
.lr-control input { grid-column: 1 / 3; width: 100%; min-width: 0; height: 24px; margin: 0; accent-color: var(--lr-accent); }
.lr-control select { font: inherit; grid-column: 1 / 3; width: 100%; min-width: 0; min-height: 24px; margin: 2px 0; }
.lr-control output { font-variant-numeric: tabular-nums; }
.lr-check { display: flex; align-items: center; gap: 6px; min-height: 24px; }
.lr-check input { accent-color: var(--lr-accent); }
.lr-panels { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 10px; }
@container (max-width: 700px) { .lr-controls { grid-template-columns: repeat(auto-fit, minmax(min(100%, 165px), 1fr)); gap: 0 14px; font-size: 13px; line-height: 1.25; } }
@container (max-width: 560px) { .lr-panels { grid-template-columns: minmax(0, 1fr); } }
.lr-panel { margin: 0; min-width: 0; }
.lr-panel figcaption { font-weight: 600; }
.lr-panel figcaption[data-hint]::after { content: " · " attr(data-hint); font-weight: 400; }
.lr sub { font-size: 0.72em; line-height: 0; }
.lr-panel canvas { width: 100%; display: block; max-height: max(240px, 100vh - 230px); }
.lr-numbers { display: flex; flex-wrap: wrap; gap: 2px 18px; margin: 4px 0 6px; font-variant-numeric: tabular-nums; }
.lr-numbers b { margin-left: 2px; }
.lr button { font: inherit; min-height: 26px; padding: 2px 12px; cursor: pointer; }
.lr :focus-visible { outline: 3px solid #0072B2; outline-offset: 2px; }
@media (pointer: coarse) { .lr-control input { height: 44px; margin: -9px 0 -7px; } .lr-control select, .lr-check, .lr button { min-height: 44px; } }
@media print { .lr-controls { position: static; } .lr button { display: none; } .lr-panel canvas { height: auto !important; max-height: none; } }`;

// -- the host: what can be read on it, on paper, and how large ------------------------------------------------

const rgb = (color) => { const parts = (color.match(/[\d.]+/g) || []).map(Number); return color.startsWith("color(") ? parts.map((v, i) => (i < 3 ? 255 * v : v)) : parts; };
const light = (color) => rgb(color).slice(0, 3).map((v) => (v <= 10.31 ? v / 3294.6 : ((v / 255 + 0.055) / 1.055) ** 2.4)).reduce((sum, v, i) => sum + [0.2126, 0.7152, 0.0722][i] * v, 0);
export const contrast = (one, two) => { const [low, high] = [light(one), light(two)].sort((a, b) => a - b); return (high + 0.05) / (low + 0.05); };

// What is seen behind a node: the nearest background that hides what is behind it.
export function ground(node) {
  for (let at = node; at; at = at.parentElement || at.getRootNode().host) {
    const color = getComputedStyle(at).backgroundColor;
    if ((rgb(color)[3] ?? 1) > 0.5) return color;
  }
  return getComputedStyle(node).outlineColor; // the browser's own paper, see STYLE
}

// The host's own color of text where it can be read, else nearly black or nearly white; on paper always dark on white.
function takeColors(root, printing) {
  root.style.color = root.style.background = "";
  const paper = printing ? "rgb(255, 255, 255)" : ground(root), dark = contrast(paper, "rgb(255, 255, 255)") > contrast(paper, "rgb(0, 0, 0)");
  if (printing) root.style.background = paper;
  if (printing || contrast(getComputedStyle(root).color, paper) < 4.5) root.style.color = dark ? "#ece9e4" : "#1d2327";
  root.style.colorScheme = dark ? "dark" : "light";
  root.style.setProperty("--lr-paper", paper);
  root.style.setProperty("--lr-accent", dark ? "#5cb8e8" : "#0072b2");
}

const zoomOf = (node) => +getComputedStyle(node).getPropertyValue("--lr-zoom") || 1; // a lecture shows everything larger

export function frame(el, label) {
  const root = document.createElement("section");
  root.className = "lr";
  root.setAttribute("aria-label", label);
  const style = document.createElement("style");
  style.textContent = STYLE;
  root.append(style);
  for (const event of ["keydown", "keyup", "keypress"]) {
    root.addEventListener(event, (e) => e.stopPropagation()); // a notebook would take arrow keys for itself
  }
  el.append(root);
  return root;
}

// "η_w" in a label, set low.
function spell(node, text) {
  for (const part of text.split(/(_\w)/)) {
    if (!part.startsWith("_")) { node.append(part); continue; }
    const low = document.createElement("sub");
    low.textContent = part.slice(1);
    node.append(low);
  }
}

export function slider(parent, { name, label, min, max, step, value, show, onInput, onChange }) {
  const id = `lr-${name}-${Math.random().toString(36).slice(2)}`; // each demo is a module of its own: a count would start again in each
  const row = document.createElement("div");
  row.className = "lr-control";
  row.innerHTML = `<label for="${id}"></label><output for="${id}" aria-hidden="true"></output><input id="${id}" type="range">`;
  spell(row.querySelector("label"), label);
  const input = row.querySelector("input");
  const output = row.querySelector("output");
  Object.assign(input, { min, max, step });
  input.dataset.name = name;
  const tell = () => {
    output.textContent = show(+input.value);
    if (!row.closest("[data-playing]")) input.setAttribute("aria-valuetext", output.textContent);
  };
  input.value = value;
  tell();
  input.addEventListener("input", () => { tell(); onInput(+input.value); });
  input.addEventListener("change", () => onChange && onChange());
  parent.append(row);
  return { input, set: (v) => { if (+input.value !== v) input.value = v; tell(); } };
}

export function choice(parent, { name, label, options, value, onInput }) {
  const id = `lr-${name}-${Math.random().toString(36).slice(2)}`;
  const row = document.createElement("div");
  row.className = "lr-control";
  row.innerHTML = `<label for="${id}"></label><select id="${id}"></select>`;
  spell(row.querySelector("label"), label);
  const select = row.querySelector("select");
  select.dataset.name = name;
  for (const [key, words] of Object.entries(options)) select.add(new Option(words, key));
  select.value = value;
  select.addEventListener("input", () => onInput(select.value));
  parent.append(row);
  return { set: (v) => { select.value = v; } };
}

export function tickbox(parent, { name, label, value, onInput }) {
  const row = document.createElement("label");
  row.className = "lr-check";
  row.innerHTML = `<input type="checkbox"> <span></span>`;
  spell(row.querySelector("span"), label);
  const input = row.querySelector("input");
  input.dataset.name = name;
  input.checked = value;
  input.addEventListener("input", () => onInput(input.checked));
  parent.append(row);
  return { set: (v) => { input.checked = v; } };
}

// Dragging on a canvas: `take` is called with each position, in the sheet's pixels, from press to release. A finger that moves up or down
// scrolls the page, unless it started on something to hold: `holds(x, y)`.
export function drag(canvas, take, holds = () => false) {
  const at = ({ clientX, clientY }) => {
    const box = canvas.getBoundingClientRect(), zoom = zoomOf(canvas);
    return { clientX, clientY, offsetX: (clientX - box.left) / zoom, offsetY: (clientY - box.top) / zoom };
  };
  const held = ({ offsetX, offsetY }) => holds(offsetX, offsetY);
  canvas.style.touchAction = "pan-y pinch-zoom";
  canvas.addEventListener("touchstart", (event) => { if (event.touches.length === 1 && held(at(event.touches[0]))) event.preventDefault(); }, { passive: false });
  canvas.addEventListener("pointerdown", (down) => {
    const first = at(down);
    let begun = down.pointerType !== "touch" || held(first);
    canvas.setPointerCapture(down.pointerId);
    if (begun) take(first, true);
    const move = (event) => {
      const now = at(event), [dx, dy] = [Math.abs(now.clientX - first.clientX), Math.abs(now.clientY - first.clientY)];
      if (!begun && (dx < 6 || dx < dy)) return; // not yet known whether it scrolls
      if (!begun) take(first, true);
      begun = true;
      take(now, false);
    };
    const end = ({ type }) => {
      canvas.removeEventListener("pointermove", move);
      for (const event of ["pointerup", "pointercancel"]) canvas.removeEventListener(event, end);
      if (type === "pointerup" && !begun) take(first, true); // a tap
    };
    canvas.addEventListener("pointermove", move);
    for (const event of ["pointerup", "pointercancel"]) canvas.addEventListener(event, end);
  });
}

// The same by keyboard: `take` is called with each arrow key as a step to the right and upward.
export function onArrows(canvas, name, take) {
  canvas.tabIndex = 0;
  canvas.dataset.name = name;
  canvas.setAttribute("role", "application");
  canvas.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
    if (!step) return;
    event.preventDefault();
    take(...step);
  });
}

export function numbers(root, entries) {
  const list = document.createElement("div");
  list.className = "lr-numbers";
  const cells = {};
  for (const [name, label] of entries) {
    const item = document.createElement("span");
    item.innerHTML = `<span></span> <b data-number="${name}"></b>`;
    item.firstChild.textContent = label;
    cells[name] = item.lastChild;
    list.append(item);
  }
  root.append(list);
  return (values) => { for (const name in values) cells[name].textContent = values[name]; };
}

export function panel(parent, caption, ratio = 0.62, hint = "") { // the hint is for a hand on the page, not for a saved picture
  const figure = document.createElement("figure");
  figure.className = "lr-panel";
  const text = document.createElement("figcaption");
  text.textContent = caption;
  if (hint) text.dataset.hint = hint;
  const canvas = document.createElement("canvas");
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", caption); // until it is drawn and has words of its own
  figure.append(text, canvas);
  parent.append(figure);
  return {
    canvas,
    alt: (words) => { if (!figure.closest("[data-playing]")) canvas.setAttribute("aria-label", words); },
    begin() { // a clean sheet in CSS pixels, sharp on every screen
      const zoom = zoomOf(canvas), { flexGrow, maxHeight } = getComputedStyle(canvas), sharp = window.devicePixelRatio || 1;
      const wide = Math.max(figure.clientWidth, 120), least = Math.min(wide * ratio, parseFloat(maxHeight) || Infinity);
      const high = Math.round(+flexGrow ? Math.max(canvas.clientHeight, 120) : least); // it may be told to fill what room there is
      if (canvas.width !== Math.round(wide * sharp) || canvas.height !== Math.round(high * sharp)) {
        canvas.width = Math.round(wide * sharp);
        canvas.height = Math.round(high * sharp);
        canvas.style.height = `${high}px`;
      }
      const g = canvas.getContext("2d"), width = wide / zoom, height = high / zoom;
      g.setTransform(sharp * zoom, 0, 0, sharp * zoom, 0, 0);
      g.clearRect(0, 0, width, height);
      g.font = "12px system-ui, sans-serif";
      return { g, width, height, ink: getComputedStyle(figure).color };
    },
  };
}

// Numbers that are easy to read between low and high: three to seven multiples of 1, 2 or 5 times a power of ten.
export function roundNumbers(low, high) {
  const rough = (high - low) / 7, power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 5, 10].find((m) => m * power >= rough * (1 - 1e-9));
  const first = Math.ceil(low / step - 1e-9), last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => (first + i) * step);
}

// Axes with ticks and words; returns x and y to pixels. Logarithmic axes take positive ranges; `head` pixels stay free above, `tail` on the right.
export function axes(sheet, { x, y, xlabel, ylabel, logx, logy, xticks, yticks, head = 0, tail = 0, tick = brief, xtick = tick, ytick = tick }) {
  const { g, width, height, ink } = sheet;
  const box = { left: 52, right: width - 16 - tail, top: 8 + head, bottom: height - 38 };
  const to = (v, [low, high], log, from, until) => {
    const u = log ? Math.log(v / low) / Math.log(high / low) : (v - low) / (high - low);
    return from + Math.min(1.05, Math.max(-0.05, u)) * (until - from);
  };
  const px = (v) => to(v, x, logx, box.left, box.right);
  const py = (v) => to(v, y, logy, box.bottom, box.top);
  g.save();
  g.fillStyle = g.strokeStyle = ink;
  g.lineWidth = 1;
  g.textAlign = "center";
  let until = -Infinity; // where the last word on this axis ends: none is written over another
  for (const v of xticks) {
    const text = xtick(v), half = g.measureText(text).width / 2;
    g.globalAlpha = 0.13; g.beginPath(); g.moveTo(px(v), box.top); g.lineTo(px(v), box.bottom); g.stroke();
    if (px(v) - half < until + 4) continue;
    until = px(v) + half;
    g.globalAlpha = 0.85; g.fillText(text, px(v), box.bottom + 16);
  }
  g.fillText(xlabel, (box.left + box.right) / 2, height - 5);
  g.textAlign = "right";
  until = Infinity;
  for (const v of [...yticks].sort((one, two) => one - two)) {
    g.globalAlpha = 0.13; g.beginPath(); g.moveTo(box.left, py(v)); g.lineTo(box.right, py(v)); g.stroke();
    const base = Math.min(py(v) + 4, box.bottom); // above the words of the other axis
    if (base > until - 12) continue;
    until = base;
    g.globalAlpha = 0.85; g.fillText(ytick(v), box.left - 5, base);
  }
  g.translate(11, (box.top + box.bottom) / 2); g.rotate(-Math.PI / 2); g.textAlign = "center";
  g.fillText(ylabel, 0, 0);
  g.restore();
  return { px, py, box };
}

export function line(g, points, { color, width = 2, dash = [], alpha = 1 }) {
  g.save();
  g.strokeStyle = color; g.lineWidth = width; g.setLineDash(dash); g.globalAlpha = alpha; g.lineJoin = "round";
  g.beginPath();
  let down = false;
  for (const [x, y] of points) {
    if (!Number.isFinite(x) || !Number.isFinite(y)) { down = false; continue; }
    down ? g.lineTo(x, y) : g.moveTo(x, y);
    down = true;
  }
  g.stroke();
  g.restore();
}

// Whatever `paint` draws, cut off at the edges of the axes.
export function inside(g, box, paint) {
  g.save();
  g.beginPath(); g.rect(box.left, box.top, box.right - box.left, box.bottom - box.top); g.clip();
  paint();
  g.restore();
}

// Write names of curves, `{ points, name }`, beside their ends: on the right of axes that keep a tail there, beside a single point, or along a
// curve that ends before. No name overlaps another.
export function nameEnds({ g, ink }, box, curves) {
  const placed = [], free = ([x, y, wide]) => placed.every(([u, v, other]) => x > u + other + 3 || u > x + wide + 3 || Math.abs(y - v) > 15.5);
  const write = (name, [x, y, wide]) => { placed.push([x, y, wide]); g.clearRect(x - 2, y - 10, wide + 4, 13); g.fillText(name, x, y); };
  const low = (y) => Math.min(box.bottom - 2, Math.max(box.top + 8, y)), tail = [];
  g.save();
  g.fillStyle = ink; g.textAlign = "left";
  for (const { points, name } of curves) {
    const seen = points.filter(([x, y]) => x >= box.left && x <= box.right + 1 && y <= box.bottom + 1 && y >= box.top - 1), last = seen.at(-1);
    if (!name || !last) continue;
    const wide = g.measureText(name).width;
    if (last[0] > box.right - 0.04 * (box.right - box.left) && seen.length > 1) { tail.push({ name, y: low(last[1] + 4), wide }); continue; }
    const beside = last[0] + 8 + wide < box.right ? last[0] + 8 : last[0] - 8 - wide;
    const aside = Array.from({ length: 21 }, (_, k) => [beside, low(last[1] + 4 + (k % 2 ? -1 : 1) * 8 * Math.ceil(k / 2)), wide]);
    const along = [...seen].reverse().map(([x, y]) => [Math.min(x + 5, box.right - wide), low(y - 5), wide]);
    const at = (seen.length > 1 ? along : aside).find(free);
    if (at) write(name, at);
  }
  tail.sort((one, two) => one.y - two.y); // as the curves end, from above
  tail.forEach((e, k) => { if (k) e.y = Math.max(e.y, tail[k - 1].y + 16); });
  tail.reverse().forEach((e, k) => { e.y = Math.min(e.y, (k ? tail[k - 1].y : box.bottom + 14) - 16); write(e.name, [box.right + 5, e.y, e.wide]); });
  g.restore();
}
// The part of a curve until half of its way up or down, where curves with a common end are still apart.
export function untilHalf(points) {
  const [from, to] = [points[0][1], points.at(-1)[1]];
  return points.slice(0, 1 + points.findIndex(([, y]) => Math.abs(y - from) >= Math.abs(to - from) / 2));
}
export const tailFor = (g, names) => Math.max(0, ...names.map((name) => (name ? g.measureText(name).width - 6 : 0)));

// Curves over logarithmic time: `of` takes a point of `path` to its height, `name` stands at its end; the first point, at t = 0, has no place there.
// Without `ends` the names stand halfway.
export function overTime(where, axis, curves, ends = true) {
  const sheet = where.begin(), { g, ink } = sheet, to = axes(sheet, { logx: true, xlabel: "time t", tail: ends ? tailFor(g, curves.map((e) => e.name)) : 0, ...axis });
  const drawn = curves.map(({ path, of, ...style }) => ({ points: path.slice(1).map((e) => [to.px(e.t), to.py(of(e))]), ...style }));
  inside(g, to.box, () => { for (const { points, ...style } of drawn) line(g, points, { color: ink, width: 4, ...style }); });
  nameEnds(sheet, to.box, ends ? drawn : drawn.map((e) => ({ ...e, points: untilHalf(e.points) })));
  return { ...sheet, ...to };
}

export function dot(g, x, y, color, radius = 5, ink = null) {
  if (!Number.isFinite(x) || !Number.isFinite(y)) return;
  g.save();
  g.fillStyle = color; g.beginPath(); g.arc(x, y, radius, 0, 2 * Math.PI); g.fill();
  if (ink) { g.strokeStyle = ink; g.lineWidth = 1.5; g.stroke(); }
  g.restore();
}

// The colors follow the host's theme, and the printer's; returns what ends this.
function watchHost(root, request, draw) {
  const dark = window.matchMedia("(prefers-color-scheme: dark)"), paper = window.matchMedia("print");
  const take = () => { takeColors(root, paper.matches); request(); };
  const print = (printing) => { takeColors(root, printing); draw(); }; // at once: the printer does not wait for a frame
  const onPaper = () => print(paper.matches), before = () => print(true), after = () => print(false);
  const observer = new MutationObserver(take);
  for (const node of [document.documentElement, document.body]) observer.observe(node, { attributes: true });
  observer.observe(document.head, { childList: true }); // a theme may come as a style sheet
  dark.addEventListener("change", take);
  paper.addEventListener("change", onPaper);
  window.addEventListener("beforeprint", before);
  window.addEventListener("afterprint", after);
  requestAnimationFrame(() => takeColors(root, paper.matches)); // when the demo is on the page
  return () => {
    observer.disconnect();
    dark.removeEventListener("change", take);
    paper.removeEventListener("change", onPaper);
    window.removeEventListener("beforeprint", before);
    window.removeEventListener("afterprint", after);
  };
}

// One drawing per frame however many events arrive; state goes to Python when the hand rests, and `follow` reports what Python sets.
export function loop(root, model, names, draw) {
  let waiting = 0, saving = 0, own = false, heard = () => {};
  const request = () => { waiting ||= requestAnimationFrame(() => { waiting = 0; draw(); }); };
  const forget = watchHost(root, request, draw);
  const save = (state) => {
    clearTimeout(saving);
    saving = setTimeout(() => {
      own = true; // each set() is announced at once, while the names after it still have their old values
      for (const name of names) model.set(name, state[name]);
      own = false;
      model.save_changes();
    }, 120);
  };
  const hear = () => { if (!own) heard(); };
  for (const name of names) model.on(`change:${name}`, hear);
  const observer = new ResizeObserver(request);
  observer.observe(root);
  const stop = () => {
    observer.disconnect();
    forget();
    cancelAnimationFrame(waiting);
    clearTimeout(saving);
    for (const name of names) model.off(`change:${name}`, hear);
  };
  return { request, save, stop, follow: (handler) => { heard = () => { handler(); request(); }; } };
}

export const logTimes = (early, late, count) => [0, ...Array.from({ length: count }, (_, i) => early * (late / early) ** (i / (count - 1)))];

// A demo: the traits in `names` as its state, controls that change them, numbers, panels, and one drawing per frame.
// `changed` is called with the name of a trait that has changed, by hand or from Python, before the drawing.
export function stage({ model, el }, { title, names, draw, changed = () => {} }) {
  const state = Object.fromEntries(names.map((name) => [name, model.get(name)])), show = {}, scales = {}, pause = {};
  const root = frame(el, title), controls = document.createElement("div");
  controls.className = "lr-controls";
  root.append(controls);
  const { request, save, stop, follow } = loop(root, model, names, () => { night = light(getComputedStyle(root).color) > 0.4; draw(); });
  const heard = (name, value) => { state[name] = value; changed(name); request(); save(state); };
  follow(() => {
    for (const name of names) if (state[name] !== model.get(name)) { state[name] = model.get(name); show[name]?.(); changed(name); }
  });
  let panels;
  request();
  return {
    root, controls, state, show, request,
    stop: () => { for (const name in pause) pause[name](); stop(); },
    change: (values) => { for (const name in values) { heard(name, values[name]); show[name]?.(); } },
    // A slider; `forth` and `back` take its place to the trait's value and back.
    add(name, label, min, max, step, words, forth = (v) => v, back = (v) => v) {
      const made = slider(controls, { name, label, min, max, step, value: back(state[name]), show: (v) => words(forth(v)), onInput: (v) => { heard(name, forth(v)); pause[name]?.(); } });
      show[name] = () => made.set(back(state[name]));
      scales[name] = { min, max, forth, back };
    },
    // A button that moves a slider to its end, `step` every `wait` milliseconds; at once where motion is not wanted.
    play(name, words, step, wait = 30) {
      const { min, max, forth, back } = scales[name], button = document.createElement("button"), holder = document.createElement("div");
      button.type = "button";
      button.dataset.name = "play";
      holder.append(button);
      controls.append(holder);
      let timer = 0;
      const go = (v) => { heard(name, forth(v)); show[name](); };
      const set = (on) => {
        clearInterval(timer);
        timer = 0;
        root.toggleAttribute("data-playing", on); // a screen reader hears of it at the end, not 33 times a second
        if (!on) { show[name](); request(); }
        button.textContent = on ? "❚❚ pause" : "▶ play";
        button.setAttribute("aria-label", on ? "pause" : words);
        if (!on) return;
        if (window.matchMedia("(prefers-reduced-motion: reduce)").matches) { go(max); set(false); return; }
        if (back(state[name]) >= max) go(min);
        timer = setInterval(() => {
          go(Math.min(max, back(state[name]) + step));
          if (back(state[name]) >= max) set(false);
        }, wait);
      };
      button.addEventListener("click", () => set(!timer));
      pause[name] = () => set(false);
      set(false);
    },
    choose(name, label, options) {
      const made = choice(controls, { name, label, options, value: state[name], onInput: (v) => heard(name, v) });
      show[name] = () => made.set(state[name]);
    },
    tick(name, label) {
      const made = tickbox(controls, { name, label, value: state[name], onInput: (v) => heard(name, v) });
      show[name] = () => made.set(state[name]);
    },
    tell: (entries) => numbers(root, entries),
    panel(caption, ratio, hint) {
      if (!panels) {
        panels = document.createElement("div");
        panels.className = "lr-panels";
        root.append(panels);
      }
      return panel(panels, caption, ratio, hint);
    },
  };
}
