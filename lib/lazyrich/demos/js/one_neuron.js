// One neuron on whitened inputs: the exact path and a simulation of it.

// Gradient descent with a small step, recorded near the times asked for.
export function simulate(begin, times, step = 0.01) {
  let [w1, w2] = begin.w, a = begin.a, t = 0;
  return times.map((until) => {
    for (; t < until - step / 2; t += step) {
      const g1 = a * w1 - TARGET[0], g2 = a * w2 - TARGET[1], da = w1 * g1 + w2 * g2;
      w1 -= step * begin.etaW * a * g1; w2 -= step * begin.etaW * a * g2; a -= step * begin.etaA * da;
    }
    const w = [w1, w2], loss = ((a * w1 - TARGET[0]) ** 2 + (a * w2 - TARGET[1]) ** 2) / 2;
    return { t, w, a, loss, S: kernelDistance(begin.w, begin.a, w, a, begin.etaW, begin.etaA), angle: angleOf(w) };
  });
}

const EARLIEST = 0.01, LATEST = 100, COUNT = 161;
const TIMES = logTimes(EARLIEST, LATEST, COUNT);
export const timeOf = (x) => (x <= 0 ? 0 : EARLIEST * (LATEST / EARLIEST) ** x); // the time slider runs from 0 to 1

function render({ model, el }) {
  const view = { yaw: 0.6, pitch: 0.35 };
  let begin, exact, simulated;
  const demo = stage({ model, el }, { title: "Demo: one neuron, its level set, its path and its kernel", names: ["delta", "angle", "scale", "ratio", "time"], draw, changed: (name) => { if (name !== "time") begin = null; } }), { state } = demo;
  demo.add("delta", "δ", -6, 6, 0.1, (v) => `${fixed(v, 1)} (${Math.abs(v) < 0.05 ? "balanced" : v > 0 ? "upstream" : "downstream"})`);
  demo.add("angle", "starting angle", 0, 175, 1, (v) => `${v}°`);
  demo.add("scale", "starting scale |β₀|", 0.1, 2, 0.05, (v) => fixed(v, 2));
  demo.add("ratio", "ratio of rates η_w / η_a", -3, 3, 0.25, brief, (v) => 2 ** v, (v) => Math.log2(v));
  demo.add("time", "time t", 0, 1, 0.005, (v) => brief(timeOf(v)));
  demo.play("time", "play through time", 0.005);

  const tell = demo.tell([["delta", "δ ="], ["t", "t ="], ["a", "a ="], ["w", "|w| ="], ["loss", "loss ="], ["S", "kernel distance S ="], ["angle", "angle of w ="]]);
  const moved = demo.panel("Kernel distance S, and angle of w to the target", 0.72);
  const space = demo.panel("The level set of δ", 0.72, "drag to turn");
  const plane = demo.panel("Function space: β = a w over the loss", 0.72);
  const losses = demo.panel("Loss", 0.72);

  let held;
  const turn = (right, down) => {
    view.yaw += right;
    view.pitch = Math.max(-1.4, Math.min(1.4, view.pitch + down));
    demo.request();
  };
  drag(space.canvas, ({ clientX, clientY }, first) => {
    if (!first) turn((clientX - held[0]) * 0.01, (clientY - held[1]) * 0.01);
    held = [clientX, clientY];
  });
  onArrows(space.canvas, "space", (right, up) => turn(0.1 * right, -0.1 * up));

  function drawSpace(now, color) {
    const sheet = space.begin(), { g, width, height, ink } = sheet, { etaW, etaA } = begin, delta = state.delta;
    const reach = Math.max(2.2, 1.15 * Math.max(...exact.map((e) => Math.max(Math.hypot(...e.w), Math.abs(e.a)))));
    const unit = (0.42 * Math.min(width, height)) / reach;
    const [cy, sy, cp, sp] = [Math.cos(view.yaw), Math.sin(view.yaw), Math.cos(view.pitch), Math.sin(view.pitch)];
    const at = ([w1, w2], a) => [width / 2 + unit * (cy * w1 + sy * w2), height / 2 - unit * (cp * a + sp * (cy * w2 - sy * w1))];
    const ring = (a) => {
      const r2 = (etaW * a * a - delta) / etaA;
      if (r2 < 0) return;
      const r = Math.sqrt(r2);
      line(g, Array.from({ length: 49 }, (_, i) => at([r * Math.cos((i * Math.PI) / 24), r * Math.sin((i * Math.PI) / 24)], a)), { color, width: 1, alpha: 0.55 });
    };
    const highest = Math.min(reach, Math.sqrt((etaA * reach * reach + Math.max(delta, 0)) / etaW));
    for (let i = -8; i <= 8; i++) ring((i / 8) * highest);
    for (let j = 0; j < 12; j++) {
      const turn = (j * Math.PI) / 6;
      const rib = Array.from({ length: 81 }, (_, i) => {
        const a = ((i - 40) / 40) * highest, r2 = (etaW * a * a - delta) / etaA;
        return r2 < 0 ? [NaN, NaN] : at([Math.sqrt(r2) * Math.cos(turn), Math.sqrt(r2) * Math.sin(turn)], a);
      });
      line(g, rib, { color, width: 1, alpha: 0.55 });
    }
    g.fillStyle = ink;
    for (const [w, a, words] of [[[reach, 0], 0, "w₁"], [[0, reach], 0, "w₂"], [[0, 0], reach, "a"]]) {
      line(g, [at([0, 0], 0), at(w, a)], { color: ink, width: 1, alpha: 0.5 });
      g.fillText(words, ...at(w, a));
    }
    line(g, simulated.map((e) => at(e.w, e.a)), { color, width: 5 });
    line(g, exact.map((e) => at(e.w, e.a)), { color: ink, width: 1.6, dash: [5, 4] });
    dot(g, ...at(begin.w, begin.a), "white", 5, ink);
    dot(g, ...at(now.w, now.a), color, 6, ink);
  }

  function drawPlane(now, color) {
    const sheet = plane.begin(), { g, ink, width, height } = sheet;
    const wide = Math.max(2.3, (1.66 * (width - 62)) / (height - 44)), high = (wide * (height - 44)) / (width - 62);
    const { px, py, box } = axes(sheet, { x: [-wide + 0.2, wide + 0.2], y: [-high, high], xlabel: "β along the target", ylabel: "β across", xticks: [-2, -1, 0, 1, 2], yticks: [-1, 0, 1] });
    inside(g, box, () => {
      const unit = px(1) - px(0);
      for (const loss of [0.02, 0.1, 0.3, 0.7, 1.3, 2.2, 3.5, 5]) {
        g.beginPath(); g.arc(px(1), py(0), unit * Math.sqrt(2 * loss), 0, 2 * Math.PI);
        g.strokeStyle = ink; g.globalAlpha = 0.22; g.lineWidth = 1; g.stroke();
      }
      g.globalAlpha = 1;
      const at = (e) => [px(e.a * e.w[0]), py(e.a * e.w[1])];
      line(g, simulated.map(at), { color, width: 5 });
      line(g, exact.map(at), { color: ink, width: 1.6, dash: [5, 4] });
      dot(g, ...at(begin), "white", 5, ink);
      dot(g, ...at(now), color, 6, ink);
      dot(g, px(1), py(0), COLORS.vermillion, 4);
      g.fillStyle = ink; g.fillText("β*", px(1) + 7, py(0) - 7);
    });
  }

  function drawTime(where, now, color, axis, parts) {
    const sheet = where.begin(), { g, ink } = sheet;
    const { px, py, box } = axes(sheet, { x: [EARLIEST, LATEST], logx: true, xlabel: "time t", xticks: [0.01, 0.1, 1, 10, 100], tail: tailFor(g, parts.map((e) => e.name)), ...axis });
    inside(g, box, () => {
      for (const { of, width, shade } of parts) {
        const at = (e) => [px(e.t), py(of(e))];
        line(g, simulated.slice(1).map(at), { color: shade, width });
        line(g, exact.slice(1).map(at), { color: ink, width: 1.6, dash: [5, 4] });
        if (now.t > 0) dot(g, ...at(now), color, 5, ink);
      }
    });
    nameEnds(sheet, box, parts.map(({ of, name }) => ({ points: exact.slice(1).map((e) => [px(e.t), py(of(e))]), name })));
  }

  function draw() {
    if (!begin) {
      begin = start(state);
      exact = TIMES.map((t) => measure(t, begin));
      simulated = simulate(begin, TIMES);
    }
    const now = measure(timeOf(state.time), begin), color = deltaColor(state.delta);
    const loss = now.loss < 1e-3 ? scientific(now.loss, 3) : fixed(now.loss, 4), size = Math.hypot(...now.w);
    tell({ delta: fixed(state.delta, 1), t: brief(now.t), a: fixed(now.a, 4), w: fixed(size, 4), loss, S: fixed(now.S, 4), angle: `${fixed(now.angle, 2)}°` });
    drawSpace(now, color);
    drawPlane(now, color);
    drawTime(losses, now, color, { y: [1e-6, 10], logy: true, ylabel: "loss", yticks: [1e-6, 1e-4, 1e-2, 1], tick: powers }, [{ of: (e) => Math.max(e.loss, 1e-9), width: 4, shade: color }]);
    drawTime(moved, now, color, { y: [0, 1], ylabel: "S, angle / 180°", yticks: [0, 0.25, 0.5, 0.75, 1] }, [
      { of: (e) => e.S, width: 4, shade: color, name: "S" },
      { of: (e) => e.angle / 180, width: 1.5, shade: COLORS.orange, name: "angle" },
    ]);
    const surface = Math.abs(state.delta) < 1e-9 ? "a cone" : state.delta > 0 ? "a hyperboloid of two sheets" : "a hyperboloid of one sheet";
    space.alt(`Level set of delta = ${fixed(state.delta, 1)}: ${surface}, with the path of the neuron on it. Now a = ${fixed(now.a, 2)}, size of w = ${fixed(size, 2)}. Arrow keys turn it.`);
    plane.alt(`Path of beta over the circles of equal loss. Now beta = (${fixed(now.a * now.w[0], 2)}, ${fixed(now.a * now.w[1], 2)}), target (1, 0).`);
    losses.alt(`Loss over time on logarithmic axes; at t = ${brief(now.t)} it is ${loss}. Theory dashed over simulation.`);
    moved.alt(`Kernel distance and angle of w over time; now S = ${fixed(now.S, 3)} and the angle is ${fixed(now.angle, 0)} degrees.`);
  }

  return demo.stop;
}

export default { render };
