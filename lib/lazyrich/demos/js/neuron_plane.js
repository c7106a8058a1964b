// A ReLU or linear student of M neurons learns from a teacher of three in the plane: trained here, a few milliseconds a frame, and kept.

const M = 20, INPUTS = 40, TEACHERS = 3, SIZE = 3 * M, TOLERANCE = 1e-3, MOST_STAGES = 60, EARLY = 1e-3, LATE = 1e3;
const BUDGET = 4; // milliseconds of a frame for training
export const MOMENTS = logTimes(EARLY, LATE, 73);
export const timeOf = (x) => (x <= 0 ? 0 : EARLY * (LATE / EARLY) ** x);
export const PRESETS = { lazy: [2, 0], rich: [0.1, 0], upstream: [0.1, 1], downstream: [0.1, -1] };
export const STARTS = [1, 0, -1]; // deltas whose S is drawn for comparison

export function task(seed) {
  const draw = generator(seed), neurons = (count) => Array.from({ length: count }, () => { const turn = 2 * Math.PI * draw(); return { u: Math.cos(turn), v: Math.sin(turn), sign: draw() < 0.5 ? 1 : -1 }; });
  const teacher = neurons(TEACHERS), half = neurons(M / 2), inputs = neurons(INPUTS);
  const label = (u, v) => teacher.reduce((sum, e) => sum + e.sign * Math.max(0, e.u * u + e.v * v), 0);
  return { teacher, label, students: [...half, ...half.map((e) => ({ ...e, sign: -e.sign }))], X: inputs.map((e) => [e.u, e.v]), y: inputs.map((e) => label(e.u, e.v)) };
}

// p = (w_11, w_12, w_21, ..., a_1, ...) as one array.
function begin({ students }, tau, delta) {
  const r = delta / tau ** 2, root = Math.hypot(2, r), alpha = Math.sqrt(r > 0 ? 2 / (root + r) : (root - r) / 2), p = new Float64Array(SIZE);
  students.forEach(({ u, v, sign }, i) => { p[2 * i] = tau * alpha * u; p[2 * i + 1] = tau * alpha * v; p[2 * M + i] = (tau / alpha) * sign; });
  return p;
}

function flow({ X, y, linear }) {
  const rate = -2 / INPUTS, z = new Float64Array(M);
  return (p) => { // -gradient of the mean square; plain loops: this takes most of the time
    const out = new Float64Array(SIZE);
    for (let k = 0; k < INPUTS; k++) {
      const [u, v] = X[k];
      let e = -y[k];
      for (let i = 0; i < M; i++) {
        z[i] = u * p[2 * i] + v * p[2 * i + 1];
        if (linear || z[i] > 0) e += p[2 * M + i] * z[i];
      }
      e *= rate;
      for (let i = 0; i < M; i++) {
        if (!linear && z[i] <= 0) continue;
        const g = e * p[2 * M + i];
        out[2 * i] += g * u; out[2 * i + 1] += g * v; out[2 * M + i] += e * z[i];
      }
    }
    return out;
  };
}

const size = (p) => { let sum = 0; for (let i = 0; i < p.length; i++) sum += p[i] * p[i]; return Math.sqrt(sum); };
function blocks(p, floor) { // root mean square of weights and readouts
  const rms = [size(p.subarray(0, 2 * M)) / Math.sqrt(2 * M), size(p.subarray(2 * M)) / Math.sqrt(M)], least = floor ? 1e-3 * Math.max(...rms) : 0;
  return rms.map((v) => Math.max(v, least));
}

const known_rows = new Map();
function rows(s) { // b_1 w_1, then (mu, nu, mu~, gamma~) of each further stage
  if (!known_rows.has(s)) {
    const w0 = 1 + 2 / 13 / s ** 2, T = [1, w0], D = [0, 1], S = [0, 0];
    for (let j = 2; j <= s; j++) { S.push(2 * w0 * S[j - 1] - S[j - 2] + 4 * D[j - 1]); D.push(2 * w0 * D[j - 1] - D[j - 2] + 2 * T[j - 1]); T.push(2 * w0 * T[j - 1] - T[j - 2]); }
    const w1 = D[s] / S[s], b = T.map((_, j) => (j > 1 ? S[j] / D[j] ** 2 : 0)), stages = [];
    b[0] = b[2]; b[1] = 1 / w0;
    for (let j = 2; j <= s; j++) { const mu = (2 * b[j] * w1) / b[j - 1]; stages.push([(2 * b[j] * w0) / b[j - 1], -b[j] / b[j - 2], mu, -(1 - b[j - 1] * T[j - 1]) * mu]); }
    known_rows.set(s, { first: b[1] * w1, stages });
  }
  return known_rows.get(s);
}

// Runge-Kutta-Chebyshev steps as lazyrich.demos.neuron_plane takes them; `advance(target, late)` stops early when `late()` says so.
export function follower(slope, start) {
  let y = start, f = slope(y), t = 0, rho = 0, turn = 0, v = start.map((_, i) => Math.cos(i));
  v = v.map((x, _, all) => x / Math.sqrt(all.reduce((sum, q) => sum + q * q, 0)));
  const sharpen = () => {
    const nudge = (size(y) + 1e-3) * 1.5e-8, change = slope(y.map((x, i) => x + nudge * v[i])).map((x, i) => (x - f[i]) / nudge), length = size(change);
    if (length > 0) { v = change.map((x) => x / length); rho = length; }
  };
  for (let k = 0; k < 12; k++) sharpen();
  const speed = blocks(f, false), scale = blocks(y, true);
  let h = 0.05 * Math.min(...scale.map((x, i) => x / Math.max(speed[i], 1e-300)));
  return function advance(target, late = () => false) {
    while (target - t > 1e-12 * Math.max(target, 1)) {
      if (late()) return null;
      turn++;
      const step = Math.min(h, target - t, (0.65 * (MOST_STAGES ** 2 - 1)) / (1.15 * rho)), s = Math.max(2, Math.ceil(Math.sqrt(1 + (step * 1.15 * rho) / 0.65)));
      if (turn % 4 === 0 || s > 20) sharpen();
      const { first, stages } = rows(s);
      let before = y, now = y.map((x, i) => x + first * step * f[i]);
      for (const [near, far, mu, gamma] of stages) {
        const g = slope(now), next = new Float64Array(SIZE);
        for (let i = 0; i < SIZE; i++) next[i] = (1 - near - far) * y[i] + near * now[i] + far * before[i] + step * (mu * g[i] + gamma * f[i]);
        [before, now] = [now, next];
      }
      const after = slope(now), wrong = blocks(now.map((x, i) => 0.8 * (y[i] - x) + 0.4 * step * (f[i] + after[i])), false), whole = blocks(now, true);
      const error = Math.max(...wrong.map((x, i) => x / (TOLERANCE * whole[i]))), factor = Math.min(5, Math.max(0.1, 0.8 * Math.max(error, 1e-8) ** (-1 / 3)));
      if (error <= 1) {
        t = step >= target - t ? target : t + step;
        y = now; f = after;
        h = step < 0.99 * h ? Math.max(h, step * factor) : step * factor;
      } else h = step * Math.min(0.5, factor);
    }
    return y;
  };
}

// The tangent kernel of all pairs of inputs, scaled to length 1.
function kernel({ X, linear }, p) {
  const out = new Float64Array(INPUTS * INPUTS), z = new Float64Array(INPUTS * M), a2 = new Float64Array(M);
  for (let i = 0; i < M; i++) a2[i] = p[2 * M + i] ** 2;
  for (let k = 0; k < INPUTS; k++) for (let i = 0; i < M; i++) z[k * M + i] = Math.max(linear ? -Infinity : 0, X[k][0] * p[2 * i] + X[k][1] * p[2 * i + 1]);
  let square = 0;
  for (let k = 0; k < INPUTS; k++) {
    for (let l = 0; l <= k; l++) {
      let forward = 0, gates = 0;
      for (let i = 0; i < M; i++) {
        const both = z[k * M + i] * z[l * M + i];
        if (linear || both > 0) { forward += both; gates += a2[i]; }
      }
      const entry = forward + gates * (X[k][0] * X[l][0] + X[k][1] * X[l][1]);
      out[k * INPUTS + l] = out[l * INPUTS + k] = entry;
      square += (k === l ? 1 : 2) * entry * entry;
    }
  }
  const length = Math.sqrt(square);
  for (let k = 0; k < out.length; k++) out[k] /= length;
  return out;
}

const student = (p, u, v, linear = false) => { let sum = 0; for (let i = 0; i < M; i++) sum += p[2 * M + i] * Math.max(linear ? -Infinity : 0, u * p[2 * i] + v * p[2 * i + 1]); return sum; };

// A run that is made piece by piece: `work(late)` adds points to `points` until `late()`; true when it has come to the end.
// `linear` opens all gates of the student; `plain` has it learn f(x) = x_1, which a linear student can learn too.
export function run({ tau, delta, seed, linear = false, plain = false }, times = MOMENTS) {
  const drawn = task(seed), label = plain ? (u) => u : drawn.label, given = { ...drawn, linear, label, y: drawn.X.map((e) => label(...e)) }, start = begin(given, tau, delta), advance = follower(flow(given), start), first = kernel(given, start), points = [];
  const measure = (t, p) => {
    const K = kernel(given, p), loss = given.X.reduce((sum, [u, v], k) => sum + (student(p, u, v, linear) - given.y[k]) ** 2, 0) / INPUTS;
    let angle = 0, most = points.length ? points.at(-1).most : 0; // how far the neurons have come
    for (let i = 0; i < M; i++) {
      const [a, b, c, d] = [p[2 * i], p[2 * i + 1], start[2 * i], start[2 * i + 1]], readout = Math.abs(p[2 * M + i]);
      most = Math.max(most, readout * Math.hypot(a, b));
      angle += (Math.abs(Math.atan2(b * c - a * d, a * c + b * d)) * 180) / Math.PI / M;
    }
    return { t, p, loss, S: K.reduce((sum, x, i) => sum + (x - first[i]) ** 2, 0) / 2, angle, most };
  };
  return {
    given, points,
    work(late = () => false) {
      while (points.length < times.length) {
        const t = times[points.length], p = advance(t, late);
        if (!p) return false;
        points.push(measure(t, p));
      }
      return true;
    },
  };
}

// First time with S >= half of the last S, interpolated; without a meaning where S ends below STILL.
const STILL = 1e-3;
export function halfWay(points) {
  const level = points.at(-1).S / 2, i = points.findIndex((e) => e.S >= level);
  const [before, after] = [points[Math.max(i - 1, 0)], points[i]];
  return i ? before.t + ((level - before.S) / (after.S - before.S)) * (after.t - before.t) : 0;
}

// Distance from the middle for a neuron of this size, 0..1: logarithmic, so that turning is seen while neurons are small.
export const radius = (size, least, most) => Math.max(0, Math.log(size / least)) / Math.log(most / least);

function render({ model, el }) {
  const runs = new Map(); // the last few, so that a choice taken back costs nothing
  let now = null, others = [];
  const demo = stage({ model, el }, { title: "Demo: neurons of a student in the plane", names: ["tau", "delta", "time", "seed", "linear"], draw, changed: (name) => { if (name !== "time") now = null; } }), { state } = demo;
  const starts = document.createElement("div");
  starts.style.gridColumn = "1 / -1";
  starts.setAttribute("role", "group");
  starts.setAttribute("aria-label", "starts");
  const buttons = Object.entries(PRESETS).map(([name, [tau, delta]]) => {
    const button = document.createElement("button");
    button.type = "button";
    button.dataset.name = name;
    button.textContent = name;
    button.addEventListener("click", () => demo.change({ tau, delta }));
    starts.append(button, " ");
    return button;
  });
  demo.controls.append(starts);
  demo.add("tau", "overall scale τ", Math.log10(0.05), Math.log10(2), 0.01, (v) => brief(v, 2), (v) => +(10 ** v).toPrecision(3), Math.log10);
  demo.add("delta", "relative scale δ", -1, 1, 0.05, (v) => fixed(v, 2));
  demo.add("time", "time t", 0, 1, 0.005, (v) => brief(timeOf(v)));
  demo.play("time", "play through time", 0.005);
  demo.add("seed", "draw of teacher, student, inputs", 0, 9, 1, (v) => `${v}`);
  demo.tick("linear", "linear student: z instead of max(0, z)");
  const tell = demo.tell([["loss", "loss ="], ["S", "kernel distance S ="], ["half", "half of S at t ="], ["angle", "turned on average by"], ["drift", "largest drift of δ ="], ["state", ""]]);
  const moved = demo.panel("Kernel distance S (thin: other δ, same τ)", 0.8);
  const plane = demo.panel("Neurons aᵢwᵢ (a > 0: ●, a < 0: ■), size logarithmic; ★ teacher", 0.8);
  const circle = demo.panel("Function on the circle (dashed: teacher)");
  const losses = demo.panel("Loss, and angle turned / 90°");

  function trained(delta) {
    const key = `${state.tau} ${delta} ${state.seed} ${state.linear}`;
    if (!runs.has(key)) {
      runs.set(key, run({ ...state, delta }));
      if (runs.size > 24) runs.delete(runs.keys().next().value);
    }
    return runs.get(key);
  }

  // The state at the time of the slider, between the two points around it.
  function at(points, t) {
    const k = points.findIndex((e) => e.t >= t);
    if (k <= 0) return k ? points.at(-1) : points[0];
    const [one, two] = [points[k - 1], points[k]], x = one.t > 0 ? Math.log(t / one.t) / Math.log(two.t / one.t) : t / two.t, mix = (p, q) => p + x * (q - p);
    return { t, p: one.p.map((v, i) => mix(v, two.p[i])), loss: Math.exp(mix(Math.log(one.loss), Math.log(two.loss))), S: mix(one.S, two.S), angle: mix(one.angle, two.angle) };
  }

  function drawPlane({ given, points }, here, shown) {
    const { g, ink, width, height } = plane.begin(), least = state.tau ** 2 / 10, most = 1.2 * Math.max(points.at(-1).most, 2 * state.tau ** 2), unit = Math.min(width, height) / 2 - 14;
    const to = ([u, v]) => { const size = Math.hypot(u, v), far = size ? (unit * radius(size, least, most)) / size : 0; return [width / 2 + far * u, height / 2 - far * v]; };
    const place = (p, i) => to([p[2 * M + i] * p[2 * i], p[2 * M + i] * p[2 * i + 1]]), color = (sign) => (sign > 0 ? COLORS.blue : COLORS.vermillion);
    g.textAlign = "center";
    for (let power = Math.ceil(Math.log10(2 * least)); 10 ** power <= most; power++) {
      const ring = unit * radius(10 ** power, least, most);
      g.strokeStyle = g.fillStyle = ink; g.lineWidth = 1;
      g.globalAlpha = 0.25; g.beginPath(); g.arc(width / 2, height / 2, ring, 0, 2 * Math.PI); g.stroke();
      g.globalAlpha = 0.85; g.fillText(powers(10 ** power), width / 2, height / 2 - ring - 3);
    }
    g.globalAlpha = 1;
    const stars = given.teacher.map(({ u, v, sign }) => ({ sign, at: to([most * sign * u, most * sign * v]) }));
    for (const star of stars) line(g, [[width / 2, height / 2], star.at], { color: ink, width: 1.2, dash: [5, 4], alpha: 0.8 });
    for (let i = 0; i < M; i++) line(g, [...shown.map((e) => place(e.p, i)), place(here.p, i)], { color: color(here.p[2 * M + i]), dash: here.p[2 * M + i] > 0 ? [] : [6, 2], width: 2 });
    for (let i = 0; i < M; i++) {
      const [x, y] = place(here.p, i), above = here.p[2 * M + i] > 0;
      if (above) { dot(g, x, y, color(1), 4.5, ink); continue; }
      g.fillStyle = color(-1); g.strokeStyle = ink; g.lineWidth = 1.5;
      g.fillRect(x - 4, y - 4, 8, 8); g.strokeRect(x - 4, y - 4, 8, 8);
    }
    for (const star of stars) {
      g.beginPath();
      for (let k = 0; k < 10; k++) { const tip = k % 2 ? 4 : 10, turn = (k * Math.PI) / 5; g.lineTo(star.at[0] + tip * Math.sin(turn), star.at[1] - tip * Math.cos(turn)); }
      g.closePath();
      g.fillStyle = color(star.sign); g.fill();
      g.strokeStyle = ink; g.lineWidth = 1.2; g.stroke();
    }
  }

  function drawCircle({ given }, here) {
    const sheet = circle.begin(), { g, ink } = sheet, turns = Array.from({ length: 181 }, (_, k) => 2 * k), way = (d) => [Math.cos((d * Math.PI) / 180), Math.sin((d * Math.PI) / 180)];
    const { px, py, box } = axes(sheet, { x: [-4, 364], y: [-2, 2], xlabel: "direction of the input (degrees)", ylabel: "f", xticks: [0, 90, 180, 270, 360], yticks: [-2, -1, 0, 1, 2] });
    inside(g, box, () => {
      line(g, turns.map((d) => [px(d), py(student(here.p, ...way(d), state.linear))]), { color: COLORS.green, width: 4 });
      line(g, turns.map((d) => [px(d), py(given.label(...way(d)))]), { color: ink, width: 1.6, dash: [5, 4] });
      given.X.forEach(([u, v], k) => dot(g, px(((Math.atan2(v, u) * 180) / Math.PI + 360) % 360), py(given.y[k]), COLORS.orange, 3));
    });
  }

  const hue = (delta) => deltaColor(delta, 0.6), nameOf = (delta) => `δ = ${delta > 0 ? "+" : ""}${brief(delta)}`;
  function drawTimes(path, here) {
    const mark = ({ g, px, box, ink }) => line(g, [[px(Math.max(here.t, EARLY)), box.top], [px(Math.max(here.t, EARLY)), box.bottom]], { color: ink, width: 1.2, alpha: 0.6 });
    const time = { x: [EARLY, LATE], xticks: [1e-3, 1e-2, 0.1, 1, 10, 100, 1000], xtick: powers }, top = Math.max(0.2, Math.ceil(22 * Math.max(...[path, ...others.map((e) => e.points)].flat().map((e) => e.S))) / 20);
    mark(overTime(moved, { ...time, y: [-0.02 * top, top], ylabel: "S", yticks: roundNumbers(0, top) }, [
      { path, of: (e) => e.S, color: hue(state.delta), width: 5, name: STARTS.includes(state.delta) && others.length ? "" : nameOf(state.delta) },
      ...others.map(({ points }, k) => ({ path: points, of: (e) => e.S, color: hue(STARTS[k]), width: 2, dash: DASHES[k], name: nameOf(STARTS[k]) })),
    ]));
    mark(overTime(losses, { ...time, y: [0, 1], ylabel: "loss (share), angle / 90°", yticks: [0, 0.25, 0.5, 0.75, 1] }, [
      { path, of: (e) => e.loss / path[0].loss, color: COLORS.green, name: "loss" },
      { path, of: (e) => e.angle / 90, color: COLORS.orange, dash: DASHES[1], width: 3, name: "angle" },
    ]));
  }

  function draw() {
    const from = performance.now(), late = () => performance.now() - from > BUDGET;
    if (!now) { now = trained(state.delta); others = []; }
    let done = now.work(late);
    if (!now.points.length) { demo.request(); return; }
    if (done) { // the runs beside it, for comparison
      const rest = STARTS.map(trained);
      done = rest.every((one) => one.work(late));
      if (done) others = rest;
    }
    const path = now.points, here = at(path, timeOf(state.time)), shown = path.filter((e) => e.t <= here.t), p = here.p, kind = state.linear ? "linear" : "ReLU";
    let drift = 0;
    for (let i = 0; i < M; i++) drift = Math.max(drift, Math.abs(p[2 * M + i] ** 2 - p[2 * i] ** 2 - p[2 * i + 1] ** 2 - state.delta));
    const half = done && path.at(-1).S < STILL ? "none: S hardly moves" : brief(halfWay(path), 2);
    tell({ loss: little(here.loss), S: fixed(here.S, 4), half, angle: `${fixed(here.angle, 1)}°`, drift: scientific(drift, 1), state: done ? "" : "training …" });
    buttons.forEach((button) => { const [tau, delta] = PRESETS[button.dataset.name]; button.setAttribute("aria-pressed", `${tau === state.tau && delta === state.delta}`); });
    drawPlane(now, here, shown);
    drawCircle(now, here);
    drawTimes(path, here);
    const words = `tau ${brief(state.tau, 2)}, delta ${fixed(state.delta, 2)}, time ${brief(here.t)}`;
    plane.alt(`Neurons of the ${kind} student in the plane with dashed rays of the teacher, sizes logarithmic, at ${words}: on average they have turned by ${fixed(here.angle, 0)} degrees.`);
    circle.alt(`Function of the student over the circle of inputs, over the teacher's, at ${words}: the loss is ${little(here.loss)}.`);
    moved.alt(`Kernel distance over logarithmic time; S = ${fixed(here.S, 3)} at ${words}. ${others.map(({ points }, k) => `With delta ${brief(STARTS[k])} it ends at ${fixed(points.at(-1).S, 3)}${points.at(-1).S < STILL ? "" : `, half of it at time ${brief(halfWay(points), 2)}`}.`).join(" ")}`);
    losses.alt(`Share of the first loss and angle turned over logarithmic time; at ${words} the loss is ${little(here.loss)}, the angle ${fixed(here.angle, 0)} degrees.`);
    if (!done) demo.request();
  }

  return demo.stop;
}

export default { render };
