// Five neurons that compute the same function at the start, each with its own delta: loss, angle and kernel over time.

const EARLY = 0.01, LATE = 1000, MARKS = 101;
export const MOMENTS = logTimes(EARLY, LATE, MARKS);
export const deltasOf = (reach) => [-reach, -reach / 4, 0, reach / 4, reach];

// The regime of a run, as in exercise 03.5: the last S says whether the kernel moved at all, S when 90% of the loss is gone says when.
export function label(path) {
  const end = path.at(-1).S, first = path.findIndex((e) => e.loss <= 0.1 * path[0].loss);
  if (end < 0.05) return "lazy";
  if (first < 0) return "unfinished";
  return path[first].S < 0.5 * end ? "delayed" : "rich";
}

// First time with S >= fraction of the last S, interpolated; NaN if the kernel ends where it began.
export function timeTo(path, fraction) {
  const level = fraction * path.at(-1).S;
  if (path.at(-1).S <= 1e-12) return NaN;
  const i = path.findIndex((e) => e.S >= level);
  if (i <= 0) return path[0].t;
  const [before, after] = [path[i - 1], path[i]];
  return before.t + ((level - before.S) / (after.S - before.S)) * (after.t - before.t);
}

export function runs({ reach, angle, scale, ratio }, times) {
  return deltasOf(reach).map((delta) => {
    const begin = start({ delta, angle, scale, ratio }), path = times.map((t) => measure(t, begin));
    return { delta, path, regime: label(path), half: timeTo(path, 0.5), end: path.at(-1).S };
  });
}

// S at t = infinity against delta: M from beta and delta at both ends, without any path (exercise 03.3).
export function finalDistance(delta, { angle, scale }) { // eta_w eta_a = 1
  const parts = (size) => {
    const R = Math.hypot(delta, 2 * size), large = (R + Math.abs(delta)) / 2, small = large ? size ** 2 / large : 0;
    return delta >= 0 ? [large, small] : [small, large];
  };
  const [p0, m0] = parts(scale), [p1, m1] = parts(TARGET[0]), cos2 = Math.cos((angle * Math.PI) / 180) ** 2;
  const inner = 2 * p0 * p1 + p0 * m1 + m0 * p1 + m0 * m1 * cos2, norm2 = (p, m) => 2 * p * p + 2 * p * m + m * m;
  return 1 - inner / Math.sqrt(norm2(p0, m0) * norm2(p1, m1));
}

function render({ model, el }) {
  const demo = stage({ model, el }, { title: "Demo: five neurons, one function, five deltas", names: ["reach", "angle", "scale", "ratio"], draw }), { state } = demo;
  demo.add("reach", "largest |δ| of the five", 0.4, 12, 0.2, (v) => fixed(v, 1), (v) => +v.toFixed(1));
  demo.add("angle", "starting angle", 0, 175, 1, (v) => `${v}°`);
  demo.add("scale", "starting scale |β₀|", 0.1, 2, 0.05, (v) => fixed(v, 2));
  demo.add("ratio", "ratio of rates η_w / η_a", -3, 3, 0.25, brief, (v) => 2 ** v, (v) => Math.log2(v));
  const tell = demo.tell([0, 1, 2, 3, 4].map((k) => [`run${k}`, ""]));
  const moved = demo.panel("Kernel distance S from the start (dot: halfway)");
  const losses = demo.panel("Loss");
  const angles = demo.panel("Angle of w to the target");
  const ends = demo.panel("Where S ends, against δ (dashed: formula)");

  const nameOf = (delta) => (delta > 0 ? "+" : "") + brief(delta);
  function drawTime(where, all, axis, of, ends = true) {
    const curves = all.map(({ path, delta }, k) => ({ path, of, color: deltaColor(delta), dash: DASHES[[1, 3, 0, 4, 2][k]], name: nameOf(delta) }));
    const { g, ink, px, py } = overTime(where, { x: [EARLY, LATE], xticks: [0.01, 0.1, 1, 10, 100], ...axis }, curves, ends);
    if (where === moved) for (const run of all) if (run.half > 0) dot(g, px(run.half), py(run.end / 2), deltaColor(run.delta), 5, ink);
  }

  function draw() {
    const all = runs(state, MOMENTS), small = (v) => (v < 0.005 && v > 1e-12 ? scientific(v, 1) : fixed(v, 2));
    tell(Object.fromEntries(all.map((run, k) => [`run${k}`, `δ = ${nameOf(run.delta)}: ${run.regime}, S ends at ${small(run.end)}`])));
    const unit = { y: [0, 1], yticks: [0, 0.25, 0.5, 0.75, 1] };
    drawTime(moved, all, { ...unit, ylabel: "S" }, (e) => e.S);
    drawTime(losses, all, { y: [1e-6, 10], logy: true, ylabel: "loss", yticks: [1e-6, 1e-4, 1e-2, 1], tick: powers }, (e) => Math.max(e.loss, 1e-9));
    drawTime(angles, all, { y: [0, 180], ylabel: "angle (degrees)", yticks: [0, 45, 90, 135, 180] }, (e) => e.angle, false);
    const sheet = ends.begin(), { g, ink } = sheet, wide = 1.05 * state.reach;
    const { px, py } = axes(sheet, { x: [-wide, wide], ...unit, xlabel: "δ", ylabel: "S at the end", xticks: deltasOf(state.reach) });
    const curve = Array.from({ length: 121 }, (_, i) => -wide + (2 * wide * i) / 120);
    line(g, curve.map((d) => [px(d), py(finalDistance(d, state))]), { color: ink, width: 1.6, dash: [5, 4] });
    for (const run of all) dot(g, px(run.delta), py(run.end), deltaColor(run.delta), 6, ink);
    const words = all.map((run) => `delta ${brief(run.delta)} ${run.regime}`).join(", ");
    moved.alt(`Kernel distance over time for five deltas: ${words}.`);
    losses.alt(`Loss over time on logarithmic axes for five deltas; the larger delta, the sooner it is gone. At the end: ${all.map((run) => scientific(run.path.at(-1).loss, 1)).join(", ")}.`);
    angles.alt(`Angle of w to the target over time for five deltas; at the end ${all.map((run) => fixed(run.path.at(-1).angle, 0)).join(", ")} degrees.`);
    ends.alt(`Final kernel distance against delta: a falling curve, with the ends of the five runs on it at ${all.map((run) => fixed(run.end, 2)).join(", ")}.`);
  }

  return demo.stop;
}

export default { render };
