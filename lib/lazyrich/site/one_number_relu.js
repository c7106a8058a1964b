// Sections 5 to 7 of the page "One number": networks of ReLU neurons.

// -- 5: one symbol ----------------------------------------------------------------------------------

const REAL = logTimes(0.01, 100, 61), STARTS = { upstream: 1, balanced: 0, downstream: -1 }, TAU = 0.1;
const race = { linear: true, until: 1, order: [], busy: false, runs: {} };
const keyOf = (name, linear) => `${name} ${linear}`;
for (const [name, delta] of Object.entries(STARTS)) {
  for (const linear of [true, false]) {
    race.runs[keyOf(name, linear)] = plane.run({ tau: TAU, delta, seed: 1, linear, plain: true }, REAL);
  }
}
function train() { // a few milliseconds at a time, while the page stays quick
  const from = performance.now(), late = () => performance.now() - from > 6;
  const done = Object.values(race.runs).every((run) => run.work(late));
  touch("twist");
  if (!done) { setTimeout(train, 4); return; }
  race.done = true;
  for (const name in STARTS) fill(`first-${name}`, `${+halfOf(name).toPrecision(1)}`);
  for (const kind of ["linear", "relu"]) fill(`turned-${kind}`, `${fixed(race.runs[keyOf("upstream", kind === "linear")].points.at(-1).angle, 0)}°`);
  $("[data-turned]").hidden = false;
  raceWords();
}
function halfOf(name) {
  const path = race.runs[keyOf(name, false)].points, k = path.findIndex((e) => e.S >= path.at(-1).S / 2);
  return REAL[Math.max(k, 1)];
}
function drawRace({ g, width, height, size }) {
  const box = { left: 3 * size, right: width - 1.2 * size, top: 5.6 * size, bottom: height - 3 * size };
  const { px, py } = plot(g, box, { x: [0.01, 100], y: [0, 0.3], logx: true, xticks: [0.01, 0.1, 1, 10, 100], yticks: [0, 0.1, 0.2, 0.3], xlabel: "time", size });
  const shown = Math.round(race.until * (REAL.length - 1)), dashes = { upstream: [], balanced: [3, 8], downstream: [13, 7] };
  words(g, `kernel distance S: ${race.linear ? "linear" : "max(0, z)"}`, 0.8 * size, 1.1 * size, { align: "left", bold: true });
  Object.entries(STARTS).forEach(([name, delta], k) => {
    const path = race.runs[keyOf(name, race.linear)].points.slice(0, shown + 1), color = hue(delta, 0.6), last = path.at(-1);
    line(g, path.slice(1).map((e, i) => [px(REAL[i + 1]), py(e.S)]), { color, width: 5, dash: dashes[name] });
    if (last && path.length > 1) dot(g, px(REAL[path.length - 1]), py(last.S), color, 7);
    line(g, [[0.8 * size, (2.35 + 1.15 * k) * size], [3.4 * size, (2.35 + 1.15 * k) * size]], { color, width: 5, dash: dashes[name] });
    words(g, `${name}, now ${last ? fixed(Math.max(last.S, 0), 3) : "…"}`, 4 * size, (2.35 + 1.15 * k) * size, { align: "left", color });
  });
}
function raceWords() {
  const ends = Object.keys(STARTS).map((name) => `${name} ${fixed(Math.max(0, race.runs[keyOf(name, race.linear)].points.at(-1)?.S ?? 0), 3)}`).join(", ");
  figures.twist.alt(`Kernel distance over logarithmic time of three ${race.linear ? "linear" : "ReLU"} networks; it ends at: ${ends}.`);
}
function setUpTwist() {
  figure("twist", drawRace, () => { if (!race.busy) { race.busy = true; train(); } });
  addEventListener("beforeprint", () => { for (const run of Object.values(race.runs)) run.work(); paint(figures.twist); });
  const buttons = all("[data-first]"), go = $("[data-go=twist]");
  bets.twist = { right: "upstream, balanced, downstream", told: "Upstream was the first.", bet: null };
  for (const button of buttons) button.addEventListener("click", () => { // from first to last; pressed again, it leaves with those after it
    const name = button.dataset.first, k = race.order.indexOf(name);
    if (k < 0) race.order.push(name); else race.order.length = k;
    bets.twist.bet = race.order.join(", ");
    for (const b of buttons) {
      const place = race.order.indexOf(b.dataset.first) + 1;
      b.textContent = place ? `${place}. ${b.dataset.first}` : b.dataset.first;
      b.setAttribute("aria-pressed", `${place > 0}`);
    }
  });
  go.addEventListener("click", () => {
    race.linear = !race.linear;
    go.textContent = race.linear ? "switch to max(0, z)" : "back to the linear network";
    raceWords();
    animate("twist", 6, (u) => { race.until = u; touch("twist"); }, () => {
      raceWords();
      if (race.linear) return;
      const first = race.order[0] === "upstream" && bets.twist.bet !== bets.twist.right;
      bets.twist.told = first ? "You were right about the first." : "Upstream was the first.";
      reveal("twist", true);
    });
  });
}

// -- 6: why -----------------------------------------------------------------------------------------

const INPUTS_AROUND = Array.from({ length: 12 }, (_, k) => ((10 + 30 * k) * Math.PI) / 180).map((turn) => [Math.cos(turn), Math.sin(turn)]);
const ONE = { a: 1, size: 0.1 }, sweep = { turn: 0 };
function tableOf(degrees, linear) { // the kernel of one neuron, all pairs of inputs, row by row
  const turn = (degrees * Math.PI) / 180, z = INPUTS_AROUND.map(([u, v]) => ONE.size * (u * Math.cos(turn) + v * Math.sin(turn)));
  return INPUTS_AROUND.flatMap(([u, v], i) => INPUTS_AROUND.map(([p, q], j) => (linear || (z[i] > 0 && z[j] > 0) ? z[i] * z[j] + ONE.a ** 2 * (u * p + v * q) : 0)));
}
function distance(one, two) {
  const [m, n] = [Math.hypot(...one), Math.hypot(...two)];
  return one.reduce((sum, x, i) => sum + (x / m - two[i] / n) ** 2, 0) / 2;
}
const sweepOf = (turn) => {
  const open = (degrees) => INPUTS_AROUND.map(([u, v]) => u * Math.cos((degrees * Math.PI) / 180) + v * Math.sin((degrees * Math.PI) / 180) > 0), start = open(0);
  return { relu: distance(tableOf(turn, false), tableOf(0, false)), linear: distance(tableOf(turn, true), tableOf(0, true)), clicks: open(turn).filter((o, i) => o !== start[i]).length, open: open(turn) };
};
function drawTable({ g, size }, values, x, y, side, label) {
  const cell = side / 12, night = theme.night;
  values.forEach((v, k) => {
    g.globalAlpha = Math.min(1, Math.abs(v)); g.fillStyle = v > 0 ? (night ? "#56b4e9" : "#0072b2") : night ? "#f0a050" : "#d55e00";
    g.fillRect(x + (k % 12) * cell, y + Math.floor(k / 12) * cell, cell - 0.6, cell - 0.6);
  });
  g.globalAlpha = 1;
  g.strokeStyle = theme.line; g.lineWidth = 1; g.strokeRect(x, y, side, side);
  words(g, label, x + side / 2, y + side + 0.85 * size, { bold: true });
}
function drawWhy(sheet) {
  const { g, width, height, size } = sheet, now = sweepOf(sweep.turn), { open } = sweepOf(0), color = hue(1, 0.6), turn = (-sweep.turn * Math.PI) / 180;
  const side = Math.min((height - 4.8 * size) / 2, 0.4 * width), edge = width - side - 1.2 * size, radius = Math.min(edge / 2 - 1.9 * size, height / 2 - 2 * size), x = edge / 2, y = height / 2;
  g.save();
  g.fillStyle = color; g.globalAlpha = 0.22; g.beginPath(); g.arc(x, y, radius + 14, turn - Math.PI / 2, turn + Math.PI / 2); g.closePath(); g.fill();
  g.restore();
  g.strokeStyle = theme.line; g.lineWidth = 1.5; g.beginPath(); g.arc(x, y, radius, 0, 2 * Math.PI); g.stroke();
  arrow(g, x, y, 0.3 * radius * Math.cos(turn), 0.3 * radius * Math.sin(turn), color, 7);
  INPUTS_AROUND.forEach(([u, v], i) => {
    const [px, py] = [x + radius * u, y - radius * v];
    dot(g, px, py, now.open[i] ? theme.gold : theme.sheet, 8, now.open[i] ? theme.ink : theme.soft);
    if (now.open[i] !== open[i]) { g.strokeStyle = theme.ink; g.lineWidth = 2; g.beginPath(); g.arc(px, py, 13, 0, 2 * Math.PI); g.stroke(); } // it has clicked
  });
  drawTable(sheet, tableOf(sweep.turn, false), edge, 0.8 * size, side, `${side < 10.5 * size ? "" : "with "}gates: S = ${fixed(now.relu, 2)}`);
  drawTable(sheet, tableOf(sweep.turn, true), edge, 3 * size + side, side, `linear: S = ${fixed(now.linear, 2)}`);
}
function setUpWhy() {
  ask("why", "gates", "Only with gates.");
  const one = figure("why", drawWhy);
  slide("why-turn", (v) => {
    sweep.turn = v;
    const now = sweepOf(v);
    fill("why-turn", `${v}°`); fill("why-clicks", now.clicks === 1 ? "1 gate" : `${now.clicks} gates`); fill("why-relu", fixed(now.relu, 2)); fill("why-linear", fixed(now.linear, 2));
    one.alt(`A neuron turned by ${v} degrees: ${now.clicks} of 12 gates have changed. Its kernel has moved by S = ${fixed(now.relu, 2)} with gates, by ${fixed(now.linear, 2)} without.`);
    if (v > 60) reveal("why");
    touch("why");
  }, () => `${sweep.turn} degrees, ${sweepOf(sweep.turn).clicks} gates changed`);
}

// -- 7: the map ---------------------------------------------------------------------------------------

const place = { shows: "S", i: null, j: null, draw: 1, busy: false }, LAST_RUNS = 4, lives = new Map(); // the runs that are drawn
const levels = { S: MAP.S.flat(), test: MAP.test.flat().map(Math.log) };
const levelOf = (i, j) => { const name = place.shows, values = levels[name], v = name === "S" ? MAP.S[i][j] : Math.log(MAP.test[i][j]), low = Math.min(...values); return (v - low) / (Math.max(...values) - low); };
const mapBox = (width, height, size) => ({ left: 3.4 * size, right: width - size, top: 2.3 * size, bottom: 0.6 * height - 1.6 * size });
function drawTiles({ g, width, height, size }) {
  const box = mapBox(width, height, size), [m, n] = [MAP.tau.length, MAP.delta.length], wide = (box.right - box.left) / m, high = (box.bottom - box.top) / n;
  const name = place.shows === "S" ? "cividis" : "magma";
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      g.fillStyle = `rgb(${tiles.shade(levelOf(i, j), name).map(Math.round).join(",")})`;
      g.fillRect(box.left + i * wide, box.bottom - (j + 1) * high, wide - 1, high - 1);
    }
  }
  for (const j of [0, 4, 8]) words(g, signed(MAP.delta[j], 0), box.left - 0.5 * size, box.bottom - (j + 0.5) * high, { align: "right", color: theme.soft });
  for (const i of [0, 4, 8]) words(g, `${+MAP.tau[i].toPrecision(1)}`, box.left + (i + 0.5) * wide, box.bottom + 0.9 * size, { color: theme.soft });
  words(g, "τ", box.left + 6.5 * wide, box.bottom + 0.9 * size, { color: theme.soft });
  words(g, "δ", box.left - 2.4 * size, (box.top + box.bottom) / 2, { color: theme.soft });
  words(g, place.shows === "S" ? "bright: the kernel moved far" : "dark: small error on new data", (box.left + box.right) / 2, 1.1 * size, { bold: true });
  const [x, y] = [box.left + (place.i ?? 0) * wide, box.bottom - ((place.j ?? n - 1) + 1) * high]; // the first corner is spoken of before any touch
  g.lineWidth = 7; g.strokeStyle = "#000000"; g.strokeRect(x + 2, y + 2, wide - 5, high - 5);
  g.lineWidth = 3; g.strokeStyle = "#ffffff"; g.strokeRect(x + 2, y + 2, wide - 5, high - 5);
}
const least = 1e-3, endOf = (tau) => 10 / tau ** 2; // of an error that is drawn, and of time: small networks are slow
function drawLive({ g, width, height, size }) {
  const box = { left: 3.4 * size, right: width - size, top: 0.6 * height + 2.4 * size, bottom: height - 3 * size }, S = place.shows === "S";
  words(g, S ? "trained here: kernel distance S" : "trained here: error on new data", 0.8 * size, box.top - 1.1 * size, { align: "left", bold: true });
  const { px, py } = plot(g, box, { x: [0.01, 1000], y: S ? [0, 0.5] : [Math.log10(least), -0.5], logx: true, xticks: [0.01, 1, 100], yticks: S ? [0, 0.2, 0.4] : [-3, -2, -1], ytick: (v) => (S ? `${v}` : `${10 ** v}`), xlabel: "time", size });
  const latest = [...lives.keys()].at(-1);
  for (const [key, run] of lives) {
    const color = hue(run.delta, 0.6), points = run.points.slice(1).map((e) => [px(e.t), py(S ? e.S : Math.log10(Math.max(e.test, least)))]);
    line(g, points, { color, width: key === latest ? 5 : 2, alpha: key === latest ? 1 : 0.6, dash: run.tau > 0.5 ? [3, 7] : [] });
    if (points.length && key === latest) dot(g, ...points.at(-1), color, 7, theme.ink);
  }
  if (!lives.size) words(g, "touch a tile", (box.left + box.right) / 2, (box.top + box.bottom) / 2, { color: theme.soft });
}
function drawMap(sheet) { drawTiles(sheet); drawLive(sheet); }
function mapWords() {
  const i = place.i ?? 0, j = place.j ?? MAP.delta.length - 1, S = MAP.S[i][j], test = MAP.test[i][j], delta = MAP.delta[j];
  const story = S < 0.05 ? "it stayed lazy" : test < 0.001 ? "it moved, and came close to what made the data" : test < 0.01 ? "it moved, and it paid" : "it moved, and it paid only in part";
  const run = [...lives.values()].at(-1), now = run?.points.at(-1), done = run && run.points.length === run.moments.length;
  const live = now ? `Your own network ${done ? "ends at" : "is still training, with"} S = ${fixed(now.S, 2)} and an error of ${+now.test.toPrecision(2)}.` : "";
  fill("map-tau", `${+MAP.tau[i].toPrecision(2)}`); fill("map-delta", signed(delta, 2)); fill("map-S", fixed(S, 2)); fill("map-test", `${+test.toPrecision(2)}`); fill("map-words", story); fill("map-live", live);
  figures.map.alt(`A map of ${MAP.tau.length * MAP.delta.length} networks by ${place.shows === "S" ? "kernel distance" : "error on new data"}. The chosen one has tau ${+MAP.tau[i].toPrecision(2)} and delta ${signed(delta, 2)}: S = ${fixed(S, 2)}, error ${+test.toPrecision(2)}; ${story}. ${live} Arrow keys choose another.`);
  touch("map");
}
function trainLive() { // a few milliseconds at a time, the latest first and only that
  const run = [...lives.values()].at(-1), from = performance.now();
  const done = run.work(() => performance.now() - from > 6);
  mapWords();
  place.busy = !done;
  if (done) { const { S, test } = run.points.at(-1); say(`Trained: S = ${fixed(S, 2)}, error on new data ${+test.toPrecision(2)}.`); } else setTimeout(trainLive, 4);
}
function startLive() {
  const [tau, delta] = [MAP.tau[place.i], MAP.delta[place.j]], key = `${tau} ${delta} ${place.draw}`, run = lives.get(key) ?? liveRun({ tau, delta, seed: place.draw }, logTimes(0.01, endOf(tau), 49));
  lives.delete(key);
  lives.set(key, run);
  if (lives.size > LAST_RUNS) lives.delete(lives.keys().next().value);
  if (!place.busy) { place.busy = true; trainLive(); }
}
function setUpMap() {
  const { canvas } = figure("map", drawMap), step = (v, by, count, first) => (v === null ? first : clamp(v + by, 0, count - 1));
  const go = (i, j) => { if (i === place.i && j === place.j) return; Object.assign(place, { i, j }); startLive(); mapWords(); settled("python", pythonWords); };
  ask("map", "up", "Small and upstream it is.");
  for (const button of all("[data-shows]")) {
    button.addEventListener("click", () => {
      place.shows = button.dataset.shows;
      for (const b of all("[data-shows]")) b.setAttribute("aria-pressed", `${b === button}`);
      if (place.shows === "test") reveal("map");
      mapWords();
    });
  }
  $("[data-go=draw]").addEventListener("click", () => { place.draw++; if (place.i === null) go(0, MAP.delta.length - 1); else { startLive(); mapWords(); } });
  canvas.addEventListener("keydown", (event) => {
    const by = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
    if (!by) return;
    event.preventDefault(); event.stopPropagation();
    go(step(place.i, by[0], MAP.tau.length, 0), step(place.j, by[1], MAP.delta.length, MAP.delta.length - 1));
    say(`tau ${$("[data-fill=map-tau]").textContent}, delta ${$("[data-fill=map-delta]").textContent}: ${$("[data-fill=map-words]").textContent}.`);
  });
  drag(canvas, (event) => {
    const r = canvas.getBoundingClientRect(), box = mapBox(r.width, r.height, sizeOf(r.width)), [u, v] = [(event.clientX - r.left - box.left) / (box.right - box.left), (box.bottom - event.clientY + r.top) / (box.bottom - box.top)];
    if (v > -0.15) go(clamp(Math.floor(u * MAP.tau.length), 0, MAP.tau.length - 1), clamp(Math.floor(v * MAP.delta.length), 0, MAP.delta.length - 1));
  });
  mapWords();
}
