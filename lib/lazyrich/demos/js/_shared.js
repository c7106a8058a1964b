// What every demo needs: labeled sliders, sharp canvases, axes, numbers that can be read. Put in front of each demo.

export const COLORS = { orange: "#E69F00", sky: "#56B4E9", green: "#009E73", blue: "#0072B2", vermillion: "#D55E00", purple: "#CC79A7" };
const STOPS = [[123, 63, 0], [192, 138, 75], [143, 163, 154], [60, 156, 150], [0, 89, 90]]; // plots.DELTA_MAP

export function deltaColor(delta, scale = 4) {
  const x = 2 * (1 + Math.tanh(delta / scale));
  const i = Math.min(3, Math.floor(x));
  const mix = STOPS[i].map((from, k) => Math.round(from + (x - i) * (STOPS[i + 1][k] - from)));
  return `rgb(${mix.join(",")})`;
}

const STYLE = `
.lr { box-sizing: border-box; container-type: inline-size; font: 14px/1.4 var(--jp-ui-font-family, system-ui, sans-serif); color: var(--jp-ui-font-color1, #222); padding: 4px; }
.lr-controls { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 210px), 1fr)); gap: 4px 20px; margin-bottom: 6px; }
.lr-control { display: grid; min-width: 0; grid-template-columns: minmax(0, 1fr) auto; align-items: baseline; }
.lr-control input { grid-column: 1 / 3; width: 100%; min-width: 0; margin: 2px 0; accent-color: #0072B2; }
.lr-control select { font: inherit; grid-column: 1 / 3; min-width: 0; margin: 2px 0; }
.lr-control output { font-variant-numeric: tabular-nums; }
.lr-check { display: flex; align-items: center; gap: 6px; }
.lr-check input { accent-color: #0072B2; }
.lr-panels { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 10px; }
@container (max-width: 560px) { .lr-panels { grid-template-columns: minmax(0, 1fr); } }
.lr-panel { margin: 0; min-width: 0; }
.lr-panel figcaption { font-weight: 600; }
.lr-panel canvas { width: 100%; display: block; touch-action: none; }
.lr-numbers { display: flex; flex-wrap: wrap; gap: 2px 18px; margin: 6px 0; font-variant-numeric: tabular-nums; }
.lr-numbers b { margin-left: 2px; }
.lr button { font: inherit; padding: 2px 12px; cursor: pointer; }
.lr :focus-visible { outline: 3px solid #0072B2; outline-offset: 2px; }`;

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

export function slider(parent, { name, label, min, max, step, value, show, onInput, onChange }) {
  const id = `lr-${name}-${Math.random().toString(36).slice(2)}`; // each demo is a module of its own: a count would start again in each
  const row = document.createElement("div");
  row.className = "lr-control";
  row.innerHTML = `<label for="${id}"></label><output for="${id}"></output><input id="${id}" type="range">`;
  row.querySelector("label").textContent = label;
  const input = row.querySelector("input");
  const output = row.querySelector("output");
  Object.assign(input, { min, max, step });
  input.dataset.name = name;
  const tell = () => {
    output.textContent = show(+input.value);
    input.setAttribute("aria-valuetext", output.textContent);
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
  row.querySelector("label").textContent = label;
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
  row.querySelector("span").textContent = label;
  const input = row.querySelector("input");
  input.dataset.name = name;
  input.checked = value;
  input.addEventListener("input", () => onInput(input.checked));
  parent.append(row);
  return { set: (v) => { input.checked = v; } };
}

// A hand on a canvas: `take` hears where it goes from the press to the release.
export function drag(canvas, take) {
  canvas.addEventListener("pointerdown", (down) => {
    canvas.setPointerCapture(down.pointerId);
    take(down, true);
    const move = (event) => take(event, false), end = () => canvas.removeEventListener("pointermove", move);
    canvas.addEventListener("pointermove", move);
    for (const event of ["pointerup", "pointercancel"]) canvas.addEventListener(event, end, { once: true });
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

export function panel(parent, caption, ratio = 0.62) {
  const figure = document.createElement("figure");
  figure.className = "lr-panel";
  const text = document.createElement("figcaption");
  text.textContent = caption;
  const canvas = document.createElement("canvas");
  canvas.setAttribute("role", "img");
  figure.append(text, canvas);
  parent.append(figure);
  return {
    canvas,
    alt: (words) => canvas.setAttribute("aria-label", words),
    begin() { // a clean sheet in CSS pixels, sharp on every screen
      const width = Math.max(figure.clientWidth, 120), height = Math.round(width * ratio), sharp = window.devicePixelRatio || 1;
      if (canvas.width !== Math.round(width * sharp) || canvas.height !== Math.round(height * sharp)) {
        canvas.width = Math.round(width * sharp);
        canvas.height = Math.round(height * sharp);
        canvas.style.height = `${height}px`;
      }
      const g = canvas.getContext("2d");
      g.setTransform(sharp, 0, 0, sharp, 0, 0);
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

// Axes with ticks and words; returns x and y to pixels. Logarithmic axes take positive ranges; `head` pixels stay free above.
export function axes(sheet, { x, y, xlabel, ylabel, logx, logy, xticks, yticks, head = 0, tick = (v) => `${+v.toPrecision(3)}`, xtick = tick, ytick = tick }) {
  const { g, width, height, ink } = sheet;
  const box = { left: 52, right: width - 16, top: 8 + head, bottom: height - 36 };
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
  for (const v of xticks) {
    g.globalAlpha = 0.13; g.beginPath(); g.moveTo(px(v), box.top); g.lineTo(px(v), box.bottom); g.stroke();
    g.globalAlpha = 0.85; g.fillText(xtick(v), px(v), box.bottom + 14);
  }
  g.fillText(xlabel, (box.left + box.right) / 2, height - 5);
  g.textAlign = "right";
  for (const v of yticks) {
    g.globalAlpha = 0.13; g.beginPath(); g.moveTo(box.left, py(v)); g.lineTo(box.right, py(v)); g.stroke();
    g.globalAlpha = 0.85; g.fillText(ytick(v), box.left - 5, py(v) + 4);
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

// Curves over logarithmic time: `of` takes a point of `path` to its height; the first point, at t = 0, has no place there.
export function overTime(where, axis, curves) {
  const sheet = where.begin(), { g, ink } = sheet, to = axes(sheet, { logx: true, xlabel: "time t", ...axis });
  inside(g, to.box, () => {
    for (const { path, of, ...style } of curves) line(g, path.slice(1).map((e) => [to.px(e.t), to.py(of(e))]), { color: ink, width: 4, ...style });
  });
  return { ...sheet, ...to };
}

export function dot(g, x, y, color, radius = 5, ink = null) {
  if (!Number.isFinite(x) || !Number.isFinite(y)) return;
  g.save();
  g.fillStyle = color; g.beginPath(); g.arc(x, y, radius, 0, 2 * Math.PI); g.fill();
  if (ink) { g.strokeStyle = ink; g.lineWidth = 1.5; g.stroke(); }
  g.restore();
}

// One drawing a frame however many events arrive; state goes to Python when the hand rests, and `follow` tells of what Python sets.
export function loop(root, model, names, draw) {
  let waiting = 0, saving = 0, own = false, heard = () => {};
  const request = () => { waiting ||= requestAnimationFrame(() => { waiting = 0; draw(); }); };
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
    cancelAnimationFrame(waiting);
    clearTimeout(saving);
    for (const name of names) model.off(`change:${name}`, hear);
  };
  return { request, save, stop, follow: (handler) => { heard = () => { handler(); request(); }; } };
}

export const fixed = (v, digits) => v.toFixed(digits).replace("-", "−");
export const powers = (v) => (v === 0 || (v >= 0.01 && v <= 1000) ? `${v}` : v.toExponential(0).replace("e-", "e−").replace("e+", "e"));
export const logTimes = (early, late, count) => [0, ...Array.from({ length: count }, (_, i) => early * (late / early) ** (i / (count - 1)))];

// A demo: the traits in `names` as its state, controls that change them, numbers, panels, and one drawing a frame.
// `changed` hears the name of a trait when it has changed, by hand or from Python, before the drawing.
export function stage({ model, el }, { title, names, draw, changed = () => {} }) {
  const state = Object.fromEntries(names.map((name) => [name, model.get(name)])), show = {}, scales = {}, pause = {};
  const root = frame(el, title), controls = document.createElement("div");
  controls.className = "lr-controls";
  root.append(controls);
  const { request, save, stop, follow } = loop(root, model, names, draw);
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
      const made = slider(controls, { name, label, min, max, step, value: back(state[name]), show: (v) => words(forth(v)), onInput: (v) => { pause[name]?.(); heard(name, forth(v)); } });
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
    panel(caption, ratio) {
      if (!panels) {
        panels = document.createElement("div");
        panels.className = "lr-panels";
        root.append(panels);
      }
      return panel(panels, caption, ratio);
    },
  };
}
