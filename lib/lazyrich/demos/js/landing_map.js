// One sample, two dimensions: a line of solutions, and where on it the neuron lands as delta sweeps.

const SWEEP = 141, UPPER = 40, PATH = [0, ...Array.from({ length: 160 }, (_, i) => 1e-3 * 10 ** ((6 * i) / 159))];
export const deltaOf = (u) => 0.2 * Math.sinh(u); // the slider: fine near 0, wide at the ends

// The sample x = (cos tilt, sin tilt) with label 1, and the neuron with a > 0, beta0 and delta (rates 1).
function prepare({ x, y, delta, tilt }) {
  const turn = (tilt * Math.PI) / 180, sample = [Math.cos(turn), Math.sin(turn)], size2 = x * x + y * y;
  const R = Math.hypot(delta, 2 * Math.sqrt(size2)), a = Math.sqrt(delta >= 0 ? (R + delta) / 2 : (2 * size2) / (R - delta)), w = [x / a, y / a];
  const along = w[0] * sample[0] + w[1] * sample[1], frozen = w.map((v, i) => v - along * sample[i]);
  return { sample, a, along, frozen };
}

// beta at time t: in the row space the neuron of one dimension, across it nothing moves.
export function at(t, settings) {
  const { sample, a, along, frozen } = prepare(settings), now = solve(t, [along], a, [1]);
  return sample.map((v, i) => now.a * (now.w[0] * v + frozen[i]));
}

// beta at t = infinity: x + a P w0 with a^2 = k + sqrt(k^2 + 1), k = (|P w0|^2 + delta) / 2, the sign from what grows.
export function landing(settings) {
  const { sample, a, along, frozen } = prepare(settings), k = (a * a - along * along) / 2, root = Math.hypot(k, 1);
  const square = k >= 0 ? k + root : 1 / (root - k), other = 1 / square;
  const sign = Math.sqrt(other) * along + Math.sqrt(square) * a < 0 ? -1 : 1;
  return sample.map((v, i) => v + sign * Math.sqrt(square) * frozen[i]);
}

// What delta -> +inf and -inf make of it: the nearest solution, and the one on the ray of the start (null if the ray misses the line).
export function limits({ x, y, tilt }) {
  const turn = (tilt * Math.PI) / 180, c = Math.cos(turn), s = Math.sin(turn), f = c * x + s * y;
  return { nearest: [x + (1 - f) * c, y + (1 - f) * s], ray: f > 1e-9 ? [x / f, y / f] : null };
}

function render({ model, el }) {
  const demo = stage({ model, el }, { title: "Demo: where the neuron lands on a line of solutions", names: ["delta", "x", "y", "tilt"], draw }), { state } = demo;
  const reach = Math.asinh(UPPER / 0.2);
  demo.add("delta", "δ", -reach, reach, reach / 60, (v) => brief(Math.abs(v) < 1e-9 ? 0 : v, 2), deltaOf, (v) => Math.asinh(v / 0.2));
  demo.add("x", "start β₀, first component", -2, 2, 0.05, (v) => fixed(v, 2));
  demo.add("y", "start β₀, second component", -2, 2, 0.05, (v) => fixed(v, 2));
  demo.add("tilt", "direction of the sample", 0, 90, 1, (v) => `${v}°`);
  const tell = demo.tell([["landing", "lands at"], ["nearest", "nearest solution"], ["ray", "solution on the ray"], ["least", "smallest solution"]]);
  const plane = demo.panel("Function space", 0.9, "drag the white start");
  const map = demo.panel("Position on the line against δ", 0.9);
  let toWorld = null, hand = [0, 0];

  const take = (event) => {
    const [x, y] = toWorld(event.offsetX, event.offsetY), within = (v) => Math.round(20 * Math.max(-2, Math.min(2, v))) / 20;
    demo.change({ x: within(x), y: within(y) });
  };
  drag(plane.canvas, take, (x, y) => Math.hypot(x - hand[0], y - hand[1]) < 24);

  const place = (point) => { // along the line, from the smallest solution
    const turn = (state.tilt * Math.PI) / 180;
    return -Math.sin(turn) * point[0] + Math.cos(turn) * point[1];
  };

  function draw() {
    const color = deltaColor(state.delta), zero = Math.hypot(state.x, state.y) < 1e-9, turn = (state.tilt * Math.PI) / 180;
    const sweep = Array.from({ length: SWEEP }, (_, i) => deltaOf(-reach + (2 * reach * i) / (SWEEP - 1)));
    const lands = zero ? [] : sweep.map((delta) => ({ delta, point: landing({ ...state, delta }) }));
    const end = zero ? [NaN, NaN] : landing(state), path = zero ? [] : PATH.map((t) => at(t, state)), { nearest, ray } = limits(state);
    const pair = (p) => (p && Number.isFinite(p[0]) ? `(${fixed(p[0], 3)}, ${fixed(p[1], 3)})` : "none");
    tell({ landing: zero ? "none: the start must not be 0" : pair(end), nearest: pair(nearest), ray: pair(ray), least: pair([Math.cos(turn), Math.sin(turn)]) });

    let sheet = plane.begin();
    const wide = Math.max(2.3, (2.1 * (sheet.width - 62)) / (sheet.height - 44)), high = (wide * (sheet.height - 44)) / (sheet.width - 62), { g, ink } = sheet;
    let to = axes(sheet, { x: [-wide, wide], y: [-high, high], xlabel: "β₁", ylabel: "β₂", xticks: [-2, -1, 0, 1, 2], yticks: [-2, -1, 0, 1, 2].filter((v) => Math.abs(v) < high) });
    const { box } = to, pixel = ([x, y]) => [to.px(x), to.py(y)];
    toWorld = (u, v) => [-wide + (2 * wide * (u - box.left)) / (box.right - box.left), high - (2 * high * (v - box.top)) / (box.bottom - box.top)];
    const onLine = (z) => [Math.cos(turn) - z * Math.sin(turn), Math.sin(turn) + z * Math.cos(turn)], flat = (p) => [to.px(0) + (to.px(1) - to.px(0)) * p[0], to.py(0) - (to.py(0) - to.py(1)) * p[1]];
    inside(g, box, () => {
      line(g, [-4, 4].map((z) => flat(onLine(z))), { color: ink, width: 1.5, alpha: 0.7 });
      line(g, [[0, 0], ray || [state.x * 3, state.y * 3]].map(flat), { color: ink, width: 1.2, dash: [2, 4], alpha: 0.7 });
      line(g, [[state.x, state.y], nearest].map(flat), { color: ink, width: 1.2, dash: [2, 4], alpha: 0.7 });
      for (const { delta, point } of lands) dot(g, ...flat(point), deltaColor(delta), 3.5);
      line(g, path.map(flat), { color, width: 4 });
      dot(g, ...flat(end), color, 7, ink);
      hand = pixel([state.x, state.y]);
      dot(g, ...hand, "white", 7, ink);
    });
    nameEnds(sheet, box, [[nearest, "δ → ∞"], [ray, "δ → −∞"]].map(([p, name]) => ({ points: p && !zero ? [flat(p)] : [], name })));

    sheet = map.begin();
    to = axes(sheet, { x: [-reach, reach], y: [-2.5, 2.5], xlabel: "δ (fine near 0)", ylabel: "position on the line", xticks: [-40, -5, -0.5, 0, 0.5, 5, 40].map((d) => Math.asinh(d / 0.2)), yticks: [-2, -1, 0, 1, 2], xtick: (v) => brief(deltaOf(v), 2), tail: tailFor(sheet.g, ["nearest"]) });
    const levels = [[nearest, "nearest"], [ray, "ray"]].map(([point, name]) => ({ points: point && Math.abs(place(point)) <= 2.5 ? [-reach, reach].map((u) => [to.px(u), to.py(place(point))]) : [], name }));
    for (const { points } of levels) line(sheet.g, points, { color: sheet.ink, width: 1.2, dash: [2, 4], alpha: 0.7 });
    nameEnds(sheet, to.box, levels);
    line(sheet.g, lands.map((e) => [to.px(Math.asinh(e.delta / 0.2)), to.py(place(e.point))]), { color: sheet.ink, width: 1.6, dash: [5, 4] });
    for (const e of lands.filter((_, i) => i % 7 === 0)) dot(sheet.g, to.px(Math.asinh(e.delta / 0.2)), to.py(place(e.point)), deltaColor(e.delta), 4);
    dot(sheet.g, to.px(Math.asinh(state.delta / 0.2)), to.py(place(end)), color, 7, sheet.ink);
    plane.alt(`Function space with the line of solutions. From (${fixed(state.x, 2)}, ${fixed(state.y, 2)}) with delta = ${brief(state.delta, 2)} the path lands at ${pair(end)}; nearest solution ${pair(nearest)}, on the ray ${pair(ray)}.`);
    map.alt(`Position on the line of solutions against delta: a curve from ${lands.length ? fixed(place(lands[0].point), 2) : "nothing"} far downstream to ${lands.length ? fixed(place(lands.at(-1).point), 2) : "nothing"} far upstream.`);
  }

  return demo.stop;
}

export default { render };
