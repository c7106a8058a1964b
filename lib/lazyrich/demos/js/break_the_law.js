// One neuron trained by discrete steps: what step size, minibatches, weight decay and momentum do to delta.

// Steps of (stochastic) gradient descent with heavy-ball momentum and coupled weight decay, both rates 1. `predicted` adds
// up the exact change of each step without momentum.
export function train({ X, y, w0, a0, step, batch, decay, momentum, duration, seed }) {
  const n = X.length, rows = X.map((_, i) => i), draw = generator(seed), steps = Math.round(duration / step);
  let [w1, w2] = w0, a = a0, v1 = 0, v2 = 0, va = 0, predicted = a * a - w1 * w1 - w2 * w2;
  const path = [];
  const every = Math.max(1, Math.floor(steps / 400));
  for (let k = 0; k <= steps; k++) {
    if (k % every === 0 || k === steps) path.push({ t: k * step, a2: a * a, w2: w1 * w1 + w2 * w2, delta: a * a - w1 * w1 - w2 * w2, predicted });
    for (let i = 0; i < batch && batch < n; i++) { // the first `batch` of a shuffle
      const j = i + Math.floor(draw() * (n - i));
      [rows[i], rows[j]] = [rows[j], rows[i]];
    }
    let g1 = 0, g2 = 0;
    for (let i = 0; i < batch; i++) {
      const x = X[rows[i]], r = a * (w1 * x[0] + w2 * x[1]) - y[rows[i]];
      g1 += (r * x[0] * n) / batch; g2 += (r * x[1] * n) / batch;
    }
    const d1 = a * g1 + decay * w1, d2 = a * g2 + decay * w2, da = w1 * g1 + w2 * g2 + decay * a;
    predicted += step * step * (da * da - d1 * d1 - d2 * d2) - 2 * step * decay * (a * a - w1 * w1 - w2 * w2);
    v1 = momentum * v1 - step * d1; v2 = momentum * v2 - step * d2; va = momentum * va - step * da;
    w1 += v1; w2 += v2; a += va;
    if (!(Math.abs(a) + Math.abs(w1) + Math.abs(w2) < 1e6)) break; // diverged
  }
  return path;
}

function render({ model, el }) {
  const demo = stage({ model, el }, { title: "Demo: four ways to break the conservation of delta", names: ["step", "batch", "decay", "momentum"], draw }), { state } = demo;
  const [X, y, w0, a0, duration, seed] = ["X", "y", "w0", "a0", "duration", "seed"].map((name) => model.get(name));
  demo.add("step", "step size h", -3, -1, 0.05, (v) => brief(v, 2), (v) => 10 ** v, (v) => Math.log10(v));
  demo.add("batch", "batch size", 1, X.length, 1, (v) => `${v} of ${X.length}`);
  demo.add("decay", "weight decay λ", 0, 0.3, 0.01, (v) => fixed(v, 2));
  demo.add("momentum", "momentum", 0, 0.9, 0.05, (v) => fixed(v, 2));
  const tell = demo.tell([["start", "δ at the start ="], ["end", "δ at the end ="], ["flow", "law of the flow with decay ="], ["steps", "sum of exact one-step changes ="]]);
  const deltas = demo.panel("δ: steps (thick), flow with decay (dashed), sum of one-step changes (dotted)");
  const squares = demo.panel("Both squared sizes, a² and |w|²");

  function draw() {
    const path = train({ X, y, w0, a0, duration, seed, ...state }), last = path.at(-1), first = path[0];
    const law = (t) => first.delta * Math.exp(-2 * state.decay * t), color = deltaColor(last.delta);
    const diverged = last.t < duration - 2 * state.step;
    tell({
      start: fixed(first.delta, 4), end: diverged ? "diverged: take smaller steps" : fixed(last.delta, 4), flow: fixed(law(duration), 4),
      steps: state.momentum > 0 ? "not with momentum" : fixed(last.predicted, 4),
    });
    const all = path.map((e) => e.delta), spread = Math.max(0.2, ...all.map((d) => Math.min(20, Math.abs(d - first.delta))), Math.abs(first.delta - law(duration)));
    const smooth = Array.from({ length: 81 }, (_, i) => (i * duration) / 80);
    let sheet = deltas.begin();
    const range = [first.delta - 1.1 * spread, first.delta + 1.1 * spread];
    let to = axes(sheet, { x: [0, duration], y: range, xlabel: "time (step × number of steps)", ylabel: "δ", xticks: roundNumbers(0, duration), yticks: roundNumbers(...range) });
    line(sheet.g, path.map((e) => [to.px(e.t), to.py(e.delta)]), { color, width: 4 });
    line(sheet.g, smooth.map((t) => [to.px(t), to.py(law(t))]), { color: sheet.ink, width: 1.6, dash: [6, 4] });
    if (state.momentum === 0) line(sheet.g, path.map((e) => [to.px(e.t), to.py(e.predicted)]), { color: sheet.ink, width: 1.6, dash: [1.5, 3] });
    sheet = squares.begin();
    const top = 1.05 * Math.min(50, Math.max(...path.map((e) => Math.max(e.a2, e.w2))));
    to = axes(sheet, { x: [0, duration], y: [0, top], xlabel: "time (step × number of steps)", ylabel: "squared size", xticks: roundNumbers(0, duration), yticks: roundNumbers(0, top), tail: tailFor(sheet.g, ["|w|²"]) });
    const sizes = [["a2", "a²", COLORS.blue, []], ["w2", "|w|²", COLORS.vermillion, DASHES[1]]].map(([key, name, color, dash]) => ({ points: path.map((e) => [to.px(e.t), to.py(e[key])]), name, color, dash }));
    inside(sheet.g, to.box, () => { for (const { points, color, dash } of sizes) line(sheet.g, points, { color, dash, width: 3 }); });
    nameEnds(sheet, to.box, sizes);
    deltas.alt(`Delta over time: from ${fixed(first.delta, 2)} to ${diverged ? "divergence" : fixed(last.delta, 2)}; the law of the flow ends at ${fixed(law(duration), 2)}.`);
    squares.alt(`Squares of the readout and of the norm of the weights over time; at the end ${fixed(last.a2, 2)} and ${fixed(last.w2, 2)}.`);
  }

  return demo.stop;
}

export default { render };
