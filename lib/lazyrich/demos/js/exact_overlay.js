// The formula for whitened inputs over the true flow on inputs with a correlation: what breaks and what does not.

const START = 0.01, END = 30, POINTS = 121, STEP = 0.0025;
export const GRID = logTimes(START, END, POINTS);

// The true flow with X^T X = [[1, rho], [rho, 1]]: classical Runge-Kutta in steps of at most STEP, at the times asked for.
// Plain numbers and no arrays inside: this loop takes most of a frame.
export function integrate({ w, a: a0, etaW, etaA }, rho, times) {
  let [u, v] = w, a = a0, t = 0, du = 0, dv = 0, da = 0;
  const slope = (x, y, r) => {
    const e1 = r * x - TARGET[0], e2 = r * y - TARGET[1], g1 = e1 + rho * e2, g2 = rho * e1 + e2;
    du = -etaW * r * g1; dv = -etaW * r * g2; da = -etaA * (x * g1 + y * g2);
  };
  return times.map((until) => {
    const count = Math.ceil((until - t) / STEP), h = count ? (until - t) / count : 0;
    for (let i = 0; i < count; i++) {
      slope(u, v, a);
      let su = du, sv = dv, sa = da;
      slope(u + (h / 2) * du, v + (h / 2) * dv, a + (h / 2) * da);
      su += 2 * du; sv += 2 * dv; sa += 2 * da;
      slope(u + (h / 2) * du, v + (h / 2) * dv, a + (h / 2) * da);
      su += 2 * du; sv += 2 * dv; sa += 2 * da;
      slope(u + h * du, v + h * dv, a + h * da);
      u += (h / 6) * (su + du); v += (h / 6) * (sv + dv); a += (h / 6) * (sa + da);
    }
    t = until;
    return { t, w: [u, v], a };
  });
}

// The two eigenvalues of M, across and along beta, from beta and delta alone.
export function eigenvalues(beta, delta) { // eta_w eta_a = 1
  const size = Math.hypot(...beta), R = Math.hypot(delta, 2 * size), larger = (R + Math.abs(delta)) / 2, smaller = larger ? size ** 2 / larger : 0;
  return { across: delta >= 0 ? larger : smaller, along: R };
}

// What is drawn at each time: both paths, the error of the formula, and the error of M computed from beta and the initial delta.
export function compare({ delta, angle, scale, ratio, rho }, times) {
  const begin = start({ delta, angle, scale, ratio }), { etaW, etaA } = begin;
  return integrate(begin, rho, times).map(({ t, w, a }) => {
    const formula = solve(t, begin.w, begin.a, TARGET, etaW, etaA);
    const beta = w.map((x) => a * x), guess = formula.w.map((x) => formula.a * x), size = Math.hypot(...beta);
    const [e1, e2] = [beta[0] - TARGET[0], beta[1] - TARGET[1]], m = eigenvalues(beta, delta);
    const fromBeta = beta.flatMap((x, i) => beta.map((y, j) => (i === j ? m.across : 0) + (size ? ((m.along - m.across) * x * y) / size ** 2 : 0)));
    const fromWeights = w.flatMap((x, i) => w.map((y, j) => etaA * x * y + (i === j ? etaW * a * a : 0)));
    return {
      t, beta, guess, loss: (e1 * e1 + e2 * e2) / 2 + rho * e1 * e2, guessed: formula.loss,
      error: Math.hypot(beta[0] - guess[0], beta[1] - guess[1]),
      metricError: Math.hypot(...fromBeta.map((x, i) => x - fromWeights[i])) / Math.hypot(...fromWeights),
      across: etaW * a * a, along: etaW * a * a + etaA * (w[0] ** 2 + w[1] ** 2), fromBeta: m,
      drift: etaW * a * a - etaA * (w[0] ** 2 + w[1] ** 2) - delta,
    };
  });
}

function render({ model, el }) {
  const demo = stage({ model, el }, { title: "Demo: the exact solution over the true flow, with correlated inputs", names: ["rho", "delta", "angle", "scale", "ratio"], draw }), { state } = demo;
  demo.add("rho", "correlation ρ", -0.95, 0.95, 0.05, (v) => (Math.abs(v) < 1e-9 ? "0 (whitened)" : fixed(v, 2)), (v) => +v.toFixed(2));
  demo.add("delta", "δ", -6, 6, 0.1, (v) => fixed(v, 1), (v) => +v.toFixed(1));
  demo.add("angle", "starting angle", 0, 175, 1, (v) => `${v}°`);
  demo.add("scale", "starting scale |β₀|", 0.1, 1.5, 0.05, (v) => fixed(v, 2));
  demo.add("ratio", "ratio of rates η_w / η_a", -3, 3, 0.25, brief, (v) => 2 ** v, (v) => Math.log2(v));
  const tell = demo.tell([["error", "largest error of the formula ="], ["metric", "largest relative error of M from β and δ ="], ["drift", "largest drift of δ ="]]);
  const plane = demo.panel("Function space: true flow (solid), formula (dashed)", 0.72);
  const losses = demo.panel("Loss: true flow (solid), formula (dashed)", 0.72);
  const errors = demo.panel("Errors of the formula, and of M from β and δ");
  const speeds = demo.panel("Eigenvalues of M along β and across (dashed: from β and δ)");

  function drawPlane(path, color) {
    const sheet = plane.begin(), { g, ink, width, height } = sheet, wide = Math.max(1.75, (1.26 * (width - 62)) / (height - 44)), high = (wide * (height - 44)) / (width - 62);
    const { px, py, box } = axes(sheet, { x: [-wide + 0.3, wide + 0.3], y: [-high + 0.4, high + 0.4], xlabel: "β along the target", ylabel: "β across", xticks: [-1, 0, 1, 2], yticks: [0, 1] });
    inside(g, box, () => {
      const unit = px(1) - px(0);
      for (const loss of [0.02, 0.1, 0.3, 0.7, 1.3, 2.2]) { // axes of the ellipses at 45 degrees, turned up on the screen
        g.beginPath();
        g.ellipse(px(TARGET[0]), py(TARGET[1]), unit * Math.sqrt((2 * loss) / (1 + state.rho)), unit * Math.sqrt((2 * loss) / (1 - state.rho)), -Math.PI / 4, 0, 2 * Math.PI);
        g.strokeStyle = ink; g.globalAlpha = 0.25; g.lineWidth = 1; g.stroke();
      }
      g.globalAlpha = 1;
      line(g, path.map((e) => [px(e.beta[0]), py(e.beta[1])]), { color, width: 5 });
      line(g, path.map((e) => [px(e.guess[0]), py(e.guess[1])]), { color: ink, width: 1.6, dash: [5, 4] });
      dot(g, px(path[0].beta[0]), py(path[0].beta[1]), "white", 5, ink);
      dot(g, px(TARGET[0]), py(TARGET[1]), COLORS.vermillion, 4);
    });
  }

  function drawTime(where, axis, curves) {
    overTime(where, { x: [START, END], xticks: [0.01, 0.1, 1, 10], ...axis }, curves);
  }

  function draw() {
    const path = compare(state, GRID), color = deltaColor(state.delta), most = (of) => Math.max(...path.map(of));
    const error = most((e) => e.error), metric = most((e) => e.metricError), drift = most((e) => Math.abs(e.drift));
    tell({ error: scientific(error, 2), metric: scientific(metric, 2), drift: scientific(drift, 2) });
    const dashed = { width: 1.6, dash: [5, 4] };
    drawPlane(path, color);
    drawTime(losses, { y: [1e-8, 10], logy: true, ylabel: "loss", yticks: [1e-8, 1e-6, 1e-4, 1e-2, 1], tick: powers }, [
      { path, of: (e) => Math.max(e.loss, 1e-12), color },
      { path, of: (e) => Math.max(e.guessed, 1e-12), ...dashed },
    ]);
    drawTime(errors, { y: [1e-15, 10], logy: true, ylabel: "error", yticks: [1e-15, 1e-10, 1e-5, 1], tick: powers }, [
      { path, of: (e) => Math.max(e.error, 1e-15), color: COLORS.vermillion, width: 3, name: "formula" },
      { path, of: (e) => Math.max(e.metricError, 1e-15), color: COLORS.blue, width: 3, dash: DASHES[1], name: "M" },
    ]);
    const top = 1.1 * most((e) => e.along);
    drawTime(speeds, { y: [0, top], ylabel: "speed along, across β", yticks: roundNumbers(0, top) }, [
      { path, of: (e) => e.along, color, name: "along" },
      { path, of: (e) => e.fromBeta.along, ...dashed },
      { path, of: (e) => e.across, color: COLORS.orange, name: "across" },
      { path, of: (e) => e.fromBeta.across, ...dashed },
    ]);
    const [b, f] = [path.at(-1).beta, path.at(-1).guess].map((v) => v.map((x) => fixed(x, 2)).join(", "));
    plane.alt(`Path of beta of the true flow, to (${b}), and of the formula for whitened inputs, to (${f}); the level curves of the loss are ${state.rho ? "ellipses" : "circles"}.`);
    losses.alt(`Loss over time on logarithmic axes, of the true flow and of the formula; at the end ${scientific(path.at(-1).loss, 2)} and ${scientific(path.at(-1).guessed, 2)}.`);
    errors.alt(`Errors over time on logarithmic axes: at most ${scientific(error, 2)} for the formula, at most ${scientific(metric, 2)} for the form of M.`);
    speeds.alt(`Eigenvalues of M along and across beta over time; at the end ${fixed(path.at(-1).along, 2)} and ${fixed(path.at(-1).across, 2)}. The dashed curves from beta and delta lie on them.`);
  }

  return demo.stop;
}

export default { render };
