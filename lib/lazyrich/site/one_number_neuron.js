// Sections 1 to 4 of the page "One number", and the picture above them: one linear neuron, solved exactly.

// -- the first picture: ways from one function to another ---------------------------------------------

const FAN = [-6, -3, -1.5, -0.6, 0, 0.6, 1.5, 3, 6].map((delta) => {
  const begin = start({ delta, angle: 120, scale: 1, ratio: 1 }), path = [0, ...logTimes(1e-3, 300, 240).slice(1)].map((t) => { const { w, a } = solve(t, begin.w, begin.a, TARGET); return [a * w[0], a * w[1]]; });
  const steps = path.map(([x, y], k) => (k ? Math.hypot(x - path[k - 1][0], y - path[k - 1][1]) : 0)), whole = steps.reduce((sum, v) => sum + v, 0);
  let gone = 0;
  return { delta, begin, path, share: steps.map((v) => (gone += v) / whole) };
});
const fan = { share: 0 };
function drawFan({ g, width, height, size }) {
  const unit = Math.min((width - 9 * size) / 1.5, (height - 4.2 * size) / 1.5), [ox, oy] = [(width - 4 * size) / 2 - 0.25 * unit, height / 2 + 0.25 * unit], px = (v) => ox + unit * v, py = (v) => oy - unit * v, first = FAN[0].path[0];
  line(g, [[px(-0.6), py(0)], [px(1), py(0)]], { color: theme.line, width: 1.5, alpha: 0.7 });
  line(g, [[px(0), py(-0.58)], [px(0), py(0.98)]], { color: theme.line, width: 1.5, alpha: 0.7 });
  for (const { delta, path, share } of FAN) {
    const shown = path.filter((_, k) => share[k] <= fan.share);
    line(g, shown.map(([x, y]) => [px(x), py(y)]), { color: hue(delta), width: 4.5 });
    if (fan.share < 1 && shown.length) dot(g, px(shown.at(-1)[0]), py(shown.at(-1)[1]), hue(delta), 8);
  }
  star(g, px(1), py(0), 0.85 * size, theme.gold);
  dot(g, px(first[0]), py(first[1]), theme.ink, 9);
  words(g, "one start", Math.max(px(first[0]), 3 * size), py(first[1]) - 1.2 * size, { bold: true });
  words(g, "one goal", px(1) + 1.1 * size, py(0), { bold: true, align: "left" });
  words(g, "δ = +6", px(0.3), py(0.6), { color: hue(6), bold: true, align: "left" });
  words(g, "δ = −6", px(0.52), py(-0.24), { color: hue(-6), bold: true });
}
function setUpFan() {
  figure("start", drawFan, () => { if (!fan.share && !moves.has("start")) animate("start", 3, (u) => { fan.share = u * u * (3 - 2 * u); touch("start"); }); })
    .alt("The plane of functions. Nine paths from one start to one goal, by delta. With delta +6 the path is straight. With delta −6 it runs back along its own direction through zero, and then turns around to the goal.");
}

// -- 1: two twins ---------------------------------------------------------------------------------

const TWINS = [{ name: "teal", delta: 2 }, { name: "brown", delta: -2 }].map((one) => ({ ...one, begin: start({ delta: one.delta, angle: 75, scale: 0.5, ratio: 1 }) }));
const TWINS_END = 12, at = (begin, t) => solve(t, begin.w, begin.a, TARGET);
const turned = (w) => (Math.atan2(w[1], w[0]) * 180) / Math.PI;
function timeUntil(passed, high) { // the first time at which what only comes once has come
  let low = 0;
  for (let k = 0; k < 60; k++) { const middle = (low + high) / 2; if (passed(middle)) high = middle; else low = middle; }
  return high;
}
const HALVES = TWINS.map(({ begin }) => timeUntil((t) => turned(at(begin, t).w) <= turned(begin.w) / 2, TWINS_END));
let twinsTime = 0;

function drawDial({ g, size }, x, y, radius, { begin, delta, name }, t, roomy) {
  const { w, a } = at(begin, t), color = hue(delta), first = Math.atan2(begin.w[1], begin.w[0]), now = Math.atan2(w[1], w[0]), length = (radius * Math.hypot(...w)) / 1.75;
  g.save();
  g.strokeStyle = theme.line; g.lineWidth = 1.5; g.beginPath(); g.arc(x, y, radius, 0, 2 * Math.PI); g.stroke();
  g.fillStyle = color; g.globalAlpha = 0.2; g.beginPath(); g.moveTo(x, y); g.arc(x, y, radius, -first, -now); g.fill();
  g.restore();
  line(g, [[x, y], [x + radius * Math.cos(first), y - radius * Math.sin(first)]], { color, width: 2, dash: [3, 6], alpha: 0.8 });
  line(g, [[x, y], [x + radius * Math.cos(now), y - radius * Math.sin(now)]], { color, width: 1.5, alpha: 0.6 });
  arrow(g, x, y, length * Math.cos(now), -length * Math.sin(now), color, 7);
  star(g, x + radius, y, 0.62 * size, theme.gold);
  words(g, name, x, y + radius + 0.95 * size, { color, bold: true });
  if (roomy) words(g, `listens ${fixed(Math.hypot(...w), 2)} · speaks ${fixed(a, 2)}`, x, y + radius + 2.15 * size, { color: theme.soft });
}
function drawTwins(sheet) {
  const { g, width, height, size } = sheet, beside = width > 470, top = 1.1 * size, radius = Math.min(width / 4 - 1.3 * size, 0.5 * (0.56 * height - 3.4 * size));
  TWINS.forEach((twin, k) => {
    drawDial(sheet, width * (0.25 + 0.5 * k), top + radius, radius, twin, twinsTime, beside);
  });
  const box = { left: 2.6 * size, right: width - size, top: top + 2 * radius + (beside ? 3.6 : 2.2) * size, bottom: height - 2.9 * size };
  const { px, py } = plot(g, box, { x: [-180, 180], y: [-1.15, 1.15], xticks: [-180, -90, 0, 90, 180], yticks: [-1, 0, 1], xlabel: beside ? "direction of the input (degrees from the star)" : "degrees from the star", size });
  const turns = grid(-180, 180, 91), way = (d) => [Math.cos((d * Math.PI) / 180), Math.sin((d * Math.PI) / 180)];
  TWINS.forEach(({ begin, delta }, k) => {
    const { w, a } = at(begin, twinsTime);
    line(g, turns.map((d) => [px(d), py(a * (w[0] * way(d)[0] + w[1] * way(d)[1]))]), { color: hue(delta), width: k ? 3.5 : 8, dash: k ? [10, 9] : [] });
  });
  for (const d of grid(-165, 165, 12)) dot(g, px(d), py(way(d)[0]), theme.gold, 5);
  words(g, `time ${fixed(twinsTime, 1)}`, width / 2, size, { color: theme.soft });
}
function twinsWords() {
  const [one, two] = TWINS.map(({ begin }) => fixed(turned(at(begin, twinsTime).w), 0));
  figures.twins.alt(`Two neurons at time ${fixed(twinsTime, 1)}. The arrow of the teal twin is ${one} degrees from the star, the arrow of the brown twin ${two} degrees. Both began at 75 degrees with the same function.`);
}
function setUpTwins() {
  figure("twins", drawTwins);
  twinsWords();
  ask("twins", "teal", "Teal turned first.");
  ["teal", "brown"].forEach((name, k) => fill(`half-${name}`, fixed(HALVES[k], 1)));
  $("[data-go=twins]").addEventListener("click", () => animate("twins", 7, (u) => { twinsTime = TWINS_END * u ** 2.2; touch("twins"); }, () => {
    twinsWords();
    reveal("twins", true);
  }));
}

// -- 2: what never changed ------------------------------------------------------------------------

const law = { time: 0, step: 0, paths: [] };
const stepsOf = ({ begin }) => breaking.train({ X: [[1, 0], [0, 1]], y: TARGET, w0: begin.w, a0: begin.a, step: law.step, batch: 2, decay: 0, momentum: 0, duration: TWINS_END, seed: 1 });
function columns(k, t) {
  if (!law.step) { const { w, a } = at(TWINS[k].begin, t); return { a2: a * a, w2: w[0] ** 2 + w[1] ** 2, delta: a * a - w[0] ** 2 - w[1] ** 2 }; }
  return law.paths[k][Math.min(law.paths[k].length - 1, Math.round(t / law.step))];
}
function drawLaw({ g, width, height, size }) {
  const high = height - 4.2 * size, scale = high / 2.75, base = height - 2.1 * size, wide = Math.min(0.115 * width, 84);
  TWINS.forEach(({ delta, name }, k) => {
    const { a2, w2, delta: now } = columns(k, law.time), middle = width * (0.25 + 0.5 * k), color = hue(delta), x = [middle - 1.25 * wide, middle + 0.25 * wide];
    [a2, w2].forEach((v, i) => {
      g.fillStyle = color; g.globalAlpha = i ? 0.5 : 0.85; g.fillRect(x[i], base - scale * v, wide, scale * v); g.globalAlpha = 1;
      words(g, i ? "|w|²" : "a²", x[i] + wide / 2, base + 0.95 * size);
      words(g, fixed(v, 2), x[i] + wide / 2, base - scale * v - 0.75 * size, { color: theme.soft });
    });
    const side = middle + 1.62 * wide, low = base - scale * Math.min(a2, w2), from = base - scale * w2, to = base - scale * a2, mark = from - scale * delta;
    line(g, [[x[a2 < w2 ? 0 : 1], low], [side + 8, low]], { color: theme.soft, width: 1, dash: [2, 4] });
    line(g, [[x[a2 < w2 ? 1 : 0] + wide, Math.min(from, to)], [side + 8, Math.min(from, to)]], { color: theme.soft, width: 1, dash: [2, 4] });
    line(g, [[side, from], [side, to]], { color: theme.ink, width: 5 });
    for (const y of [from, to]) line(g, [[side - 8, y], [side + 8, y]], { color: theme.ink, width: 3 });
    line(g, [[side - 16, mark], [side + 16, mark]], { color: theme.gold, width: 4, dash: [6, 5] });
    words(g, width < 420 ? `${name} ${signed(now, 2)}` : `${name}: δ = ${signed(now, 2)}`, middle, size, { color, bold: true });
  });
  line(g, [[size, base], [width - size, base]], { color: theme.line, width: 2 });
  words(g, `time ${fixed(law.time, 1)}`, width / 2, 2.2 * size, { color: theme.soft });
}
function lawWords() {
  const [one, two] = [0, 1].map((k) => columns(k, law.time)), ends = [0, 1].map((k) => signed(columns(k, TWINS_END).delta, 2));
  fill("law-teal", ends[0]); fill("law-brown", ends[1]);
  fill("step", law.step ? `with steps of ${fixed(law.step, 2)} the ruler no longer fits the mark that it had at the start` : "none yet, a flow, in which the ruler fits its mark");
  figures.law.alt(`Columns at time ${fixed(law.time, 1)}. Teal: a squared ${fixed(one.a2, 2)}, w squared ${fixed(one.w2, 2)}, delta ${signed(one.delta, 2)}. Brown: a squared ${fixed(two.a2, 2)}, w squared ${fixed(two.w2, 2)}, delta ${signed(two.delta, 2)}.`);
  touch("law");
}
function setUpLaw() {
  figure("law", drawLaw);
  ask("law", "stay", "The ruler keeps its length.");
  slide("law-time", (v) => { law.time = TWINS_END * v ** 2; lawWords(); if (v > 0.5) reveal("law"); }, () => `time ${fixed(law.time, 1)}`);
  slide("law-step", (v) => {
    law.step = v;
    if (v) law.paths = TWINS.map(stepsOf);
    lawWords();
  }, () => (law.step ? `steps of ${fixed(law.step, 2)}: delta ends at ${signed(columns(0, TWINS_END).delta, 2)} and ${signed(columns(1, TWINS_END).delta, 2)}` : "a flow: delta does not change"));
}

// -- 3: two speeds ----------------------------------------------------------------------------------

const speeds = { x: -0.8 };
function speedsOf(x) { // the neuron with a |w| = 1 and log a = x, before and after a turn by a right angle
  const a = Math.exp(x), size = Math.exp(-x);
  return { a, size, delta: a * a - size * size, turn: a * a, grow: a * a + size * size, S: kernelDistance([0, size], a, [size, 0], a) };
}
const wordFor = (delta) => (delta > 0.5 ? "upstream" : delta < -0.5 ? "downstream" : "balanced");
function speedsPlace(width, height, size) {
  const tall = width < 470, left = { left: 2.2 * size, right: tall ? 0.5 * width : 0.48 * width, top: 1.6 * size, bottom: height - 2.4 * size };
  return { left, right: { left: left.right + 1.4 * size, right: width - 0.8 * size }, to: plotPlaces(left) };
}
const plotPlaces = (box) => ({ px: (v) => box.left + (v / 3.2) * (box.right - box.left), py: (v) => box.bottom - (v / 3.2) * (box.bottom - box.top) });
function drawSpeeds({ g, width, height, size }) {
  const { left, right, to: { px, py } } = speedsPlace(width, height, size), now = speedsOf(speeds.x), color = hue(now.delta);
  line(g, [[left.left, left.top], [left.left, left.bottom], [left.right, left.bottom]], { color: theme.line, width: 2 });
  words(g, "readout a", left.left + 0.4 * size, 0.8 * size, { align: "left", color: theme.soft });
  words(g, width < 470 ? "weights |w|" : "input weights |w|", (left.left + left.right) / 2, left.bottom + size, { color: theme.soft });
  const path = grid(-1.1, 1.1, 45);
  for (let k = 1; k < path.length; k++) line(g, [path[k - 1], path[k]].map((x) => [px(Math.exp(-x)), py(Math.exp(x))]), { color: hue(speedsOf(path[k]).delta), width: 6 });
  dot(g, px(now.size), py(now.a), color, 13, theme.ink);
  words(g, wordFor(now.delta), left.right + 0.8 * size, left.top + 1.4 * size, { color, align: "right", bold: true });
  const most = right.right - right.left, bar = (y, label, v) => {
    words(g, label, right.left, y, { align: "left" });
    words(g, fixed(v, 2), right.right, y, { align: "right", color: theme.soft });
    g.fillStyle = color; g.fillRect(right.left, y + 0.75 * size, Math.max(2, (most * v) / 9.3), 0.9 * size);
  };
  bar(1.2 * size, "turning", now.turn);
  bar(4.2 * size, "growing", now.grow);
  const x = (right.left + right.right) / 2, top = 6.6 * size, y = (top + height - 3.2 * size) / 2, radius = Math.max(24, Math.min(most / 2, (height - 3.2 * size - top) / 2));
  const long = radius, short = radius * (now.turn / now.grow);
  for (const [before, rx, ry] of [[true, short, long], [false, long, short]]) {
    g.save();
    g.strokeStyle = before ? theme.soft : color; g.fillStyle = color; g.lineWidth = before ? 2 : 3.5; g.setLineDash(before ? [6, 5] : []);
    g.beginPath(); g.ellipse(x, y, rx, ry, 0, 0, 2 * Math.PI);
    if (!before) { g.globalAlpha = 0.22; g.fill(); g.globalAlpha = 1; }
    g.stroke();
    g.restore();
  }
  words(g, `${width < 470 ? "" : "kernel: "}S = ${fixed(now.S, 2)}`, x, height - 1.4 * size, { bold: true });
}
function setUpSpeeds() {
  ask("speeds", "downstream", "Downstream it changes more.");
  const one = figure("speeds", drawSpeeds), input = slide("speeds-x", (x) => {
    speeds.x = x;
    const now = speedsOf(x);
    fill("speeds-delta", signed(now.delta)); fill("speeds-S", fixed(now.S, 2));
    fill("speeds-words", `${wordFor(now.delta)}, with speeds ${fixed(now.turn, 1)} for turning and ${fixed(now.grow, 1)} for growing`);
    one.alt(`A start with readout ${fixed(now.a, 2)} and input weights ${fixed(now.size, 2)}, delta ${signed(now.delta)}, ${wordFor(now.delta)}. Speed of turning ${fixed(now.turn, 2)}, of growing ${fixed(now.grow, 2)}. A turn by a right angle changes the kernel by S = ${fixed(now.S, 2)}.`);
    if (x > 0.5) reveal("speeds");
    touch("speeds");
  }, () => `delta ${signed(speedsOf(speeds.x).delta)}, ${wordFor(speedsOf(speeds.x).delta)}`);
  const places = () => { const box = one.canvas.getBoundingClientRect(); return { box, ...speedsPlace(box.width, box.height, sizeOf(box.width)).to }; };
  const holds = (x, y) => { const { px, py } = places(), { a, size } = speedsOf(speeds.x); return Math.hypot(px(size) - x, py(a) - y) < 36; };
  drag(one.canvas, (event) => {
    const { box, px, py } = places();
    const from = [event.clientX - box.left, event.clientY - box.top];
    const near = (x) => Math.hypot(px(Math.exp(-x)) - from[0], py(Math.exp(x)) - from[1]);
    input.value = grid(-1.1, 1.1, 111).reduce((best, x) => (near(x) < near(best) ? x : best));
    input.dispatchEvent(new Event("input"));
  }, holds);
}

// -- 4: lazy, rich, delayed -------------------------------------------------------------------------

const TIMES = logTimes(0.01, 1000, 101), SHOWN = [0.01, 100]; // a label needs the end, the picture does not
function runAt(delta) {
  const begin = start({ delta, angle: 120, scale: 1, ratio: 1 }), path = TIMES.map((t) => measure(t, begin)), label = five.label(path);
  const rest = Math.sin((2 * Math.PI) / 3) ** 2 / 2, fits = path.find((e) => e.loss <= rest + 0.05 * (path[0].loss - rest)).t, end = path.at(-1).S; // what no neuron on this ray can fit
  const gone = (share) => path.find((e) => e.S >= share * end).t;
  return { begin, delta, path, label, fits, turns: [gone(0.1), gone(0.9)], end };
}
const ribbon = { delta: -4, run: null, labels: [], moved: false };
const STORIES = { // what is seen at one delta
  lazy: "At this δ, the loss falls in one go, and the kernel at the end is nearly that of the start. Nothing was learned about the input but the answer.",
  rich: "At this δ, loss and kernel move at the same time. To get rid of the loss, the neuron has to learn a new direction, and its kernel goes with it.",
  delayed: "Follow the brackets. First the neuron fits what its own direction allows; as that direction points away from the star, its readout even changes its sign. Then it waits, with a loss that hardly falls. Then it turns, and only then does the kernel move.",
};
function drawRegimes({ g, width, height, size }) {
  const { run, delta, labels } = ribbon, side = 2.7 * size, tape = { left: side, right: width - size, top: 2.1 * size, height: 1.1 * size }, to = (d) => tape.left + ((d + 6) / 12) * (tape.right - tape.left);
  for (let k = 0; k < 60; k++) { g.fillStyle = hue(-5.9 + 0.2 * k, 3); g.fillRect(to(-6 + 0.2 * k), tape.top, to(0.2) - to(0) + 1, tape.height); }
  for (const { label, from, until } of labels) {
    if (to(until) - to(from) > 1.5 * size) words(g, label, (to(from) + to(until)) / 2, 1.1 * size, { bold: label === run.label, color: label === run.label ? theme.ink : theme.soft });
    line(g, [[to(until), tape.top], [to(until), tape.top + tape.height]], { color: theme.night ? "#14181b" : "#ffffff", width: 2 });
  }
  line(g, [[to(delta), tape.top - 4], [to(delta), tape.top + tape.height + 4]], { color: theme.ink, width: 5 });
  words(g, `δ = ${signed(delta)}`, clamp(to(delta), tape.left + 2.2 * size, tape.right - 2.2 * size), tape.top + tape.height + 1.05 * size, { bold: true });
  const box = { left: side, right: width - size, top: tape.top + tape.height + 4.6 * size, bottom: height - 3 * size };
  const { px, py } = plot(g, box, { x: SHOWN, y: [0, 1], logx: true, xticks: [0.01, 0.1, 1, 10, 100], yticks: [0, 0.5, 1], xlabel: "time", size });
  const path = run.path.filter((e) => e.t > 0 && e.t <= 100.01), color = hue(delta, 3), first = run.path[0].loss, spans = [["fits", SHOWN[0], run.fits], ["waits", run.fits, run.turns[0]], ["turns", ...run.turns]];
  if (run.label !== "lazy" && run.turns[0] > 1.4 * run.fits) {
    for (const [label, from, until] of spans) {
      const y = box.top - 0.8 * size, [a, b] = [px(from) + 3, px(until) - 3];
      if (b - a < 4) continue;
      line(g, [[a, y + 8], [a, y], [b, y], [b, y + 8]], { color: theme.ink, width: 2 });
      if (b - a > 1.2 * size) words(g, label, (a + b) / 2, y - 0.75 * size);
    }
  }
  line(g, path.map((e) => [px(e.t), py(e.loss / first)]), { color: theme.ink, width: 5 });
  const low = path.find((e) => e.loss < 0.62 * first);
  words(g, "loss", px(low.t) - 0.5 * size, py(low.loss / first) + 0.4 * size, { align: "right", bold: true });
  if (!ribbon.moved && !printing) return;
  line(g, path.map((e) => [px(e.t), py(e.S)]), { color, width: 4, dash: [12, 6] });
  const last = path.at(-1);
  words(g, `S = ${fixed(last.S, 2)}`, box.right - 4, py(last.S) + (last.S > 0.85 ? 1 : -1) * 1.1 * size, { align: "right", color, bold: true });
}
function setUpRegimes() {
  ask("regimes", "second", "The kernel waits for the second fall.");
  const show = () => { ribbon.moved = true; reveal("regimes"); touch("regimes"); };
  for (const button of all("[data-ask=regimes]")) button.addEventListener("click", show);
  const one = figure("regimes", drawRegimes, () => {
    if (ribbon.labels.length) return;
    for (const delta of grid(-6, 6, 49)) {
      const { label } = runAt(delta), last = ribbon.labels.at(-1);
      if (last?.label === label) last.until = delta + 0.125;
      else ribbon.labels.push({ label, from: last ? last.until : -6, until: delta + 0.125 });
    }
    ribbon.labels.at(-1).until = 6;
    touch("regimes");
  });
  slide("regimes-delta", (delta) => {
    Object.assign(ribbon, { delta, run: runAt(delta) });
    if (delta !== -4) show();
    const { run } = ribbon;
    fill("regimes-delta", `δ = ${signed(delta)}`); fill("regimes-label", run.label); fill("regimes-story", STORIES[run.label] ?? "");
    one.alt(`Loss and kernel distance over logarithmic time at delta ${signed(delta)}: ${run.label}. The kernel distance ends at ${fixed(run.end, 2)}, halfway there at time ${five.timeTo(run.path, 0.5).toPrecision(2)}.`);
    settled("python", pythonWords);
    touch("regimes");
  }, () => `delta ${signed(ribbon.delta)}, ${ribbon.run.label}`);
}

// What the ribbon and the map show, as Python. The map calls it again.
function pythonWords() {
  const { run, delta } = ribbon, [w, a] = [run.begin.w.map((v) => fixed(v, 6).replace("−", "-")).join(", "), fixed(run.begin.a, 6)], plain = (v) => `${+v.toPrecision(6)}`;
  const map = place.i === null ? "" : `demos.PhaseMap(tau=${plain(MAP.tau[place.i])}, delta=${plain(MAP.delta[place.j])})`;
  fill("python", `import numpy as np\nfrom lazyrich import demos, exact\n\n# delta = ${signed(delta).replace("−", "-")}: ${run.label}\nt = np.geomspace(0.01, 1000, 101)\nrun = exact.one_neuron(t, [${w}], ${a}, [1, 0])\nprint(run.loss)${map && `\n\n${map}`}`);
}
