// The phase diagram of a ReLU student over overall scale tau and relative scale delta, at every step of training, and curves of one cell.

const QUANTITIES = { kernel_distance: "kernel distance S", test_loss: "test loss", hamming: "share of gates that flipped" };
const COLORS_OF = { kernel_distance: "cividis", test_loss: "magma", hamming: "cividis" };

// All that is drawn, from the trait `data`: curves over seeds and means of each cell, and the ends of the scales of colors.
export function prepare(data) {
  const cells = {}, ends = {};
  for (const [name, all] of Object.entries(data.curves)) {
    cells[name] = all.map((column) => column.map((rows) => spread(rows.map(known))));
    const means = cells[name].flat(2).map((e) => e.mean).filter((v) => Number.isFinite(v));
    ends[name] = name === "test_loss" ? [Math.min(...means.filter((v) => v > 0)), Math.max(...means)] : [Math.min(...means), Math.max(...means)];
  }
  return { ...data, cells, ends };
}

// 0..1 on the scale of colors; the loss goes by its logarithm.
export function level({ cells, ends }, quantity, i, j, k) {
  const { mean } = cells[quantity][i][j][k], [low, high] = ends[quantity];
  return quantity === "test_loss" ? Math.log(mean / low) / Math.log(high / low) : (mean - low) / (high - low);
}

function render({ model, el }) {
  const data = prepare(model.get("data")), { tau, delta, t } = data;
  const demo = stage({ model, el }, { title: "Demo: the phase diagram of a ReLU student", names: ["tau", "delta", "step", "quantity"], draw }), { state } = demo;
  const place = (values, name) => nearest(values, state[name]), short = (v) => brief(v, 2);
  const count = (v) => Math.round(v).toLocaleString("en").replaceAll(",", " "); // a thin space
  const grid = (name, label, values, words) => demo.add(name, label, 0, values.length - 1, 1, words, (i) => values[i], (v) => nearest(values, v));
  grid("step", "step of training", t, count);
  demo.play("step", "play through training", 1, 250);
  grid("tau", "overall scale τ", tau, short);
  grid("delta", "relative scale δ", delta, short);
  demo.choose("quantity", "color of the map", QUANTITIES);
  const tell = demo.tell([["tau", "τ ="], ["delta", "δ ="], ["step", "step"], ["S", "S ="], ["test", "test loss ="], ["train", "training loss ="], ["gates", "gates flipped"]]);
  const seeds = data.curves.hamming[0][0].length;
  const map = demo.panel("All students", 0.82, "click, or arrow keys");
  const losses = demo.panel("Loss, test and training", 0.82);
  const moved = demo.panel(`Kernel distance S (band: least to most of ${seeds} seeds)`, 0.62);
  const gates = demo.panel("Share of gates that flipped", 0.62);
  const drawMap = cellMap(map, (i, j) => demo.change({ tau: tau[i], delta: delta[j] }));
  const first = t[1], last = t.at(-1); // one height for all cells, so that they can be compared
  const tops = Object.fromEntries(["kernel_distance", "hamming"].map((name) => [name, Math.ceil(10 * Math.max(0.1, ...data.cells[name].flat(2).map((e) => e.high || 0))) / 10]));

  function drawCurves(where, axis, curves, now) {
    const sheet = where.begin(), { g, ink } = sheet;
    const { px, py, box } = axes(sheet, { x: [first, last], logx: true, xlabel: "step of training", xticks: [1, 10, 100, 1e3, 1e4, 1e5, 1e6].filter((v) => v >= first && v <= last), xtick: powers, tail: tailFor(g, curves.map((e) => e.name)), ...axis });
    inside(g, box, () => {
      line(g, [[px(Math.max(now, first)), box.top], [px(Math.max(now, first)), box.bottom]], { color: ink, width: 1.2, alpha: 0.6 });
      for (const { path, color, dash, least = 0 } of curves) {
        const points = (of) => path.slice(1).map((e, k) => [px(t[k + 1]), py(Math.max(of(e), least))]);
        band(g, points((e) => e.low), points((e) => e.high), color);
        line(g, points((e) => e.mean), { color, dash, width: 3 });
        const here = path[nearest(t, now)];
        dot(g, px(Math.max(now, first)), py(Math.max(here.mean, least)), color, 5, ink);
      }
    });
    nameEnds(sheet, box, curves.map(({ path, name, least = 0 }) => ({ name, points: path.slice(1).map((e, k) => [px(t[k + 1]), py(Math.max(e.mean, least))]) })));
  }

  function draw() {
    const i = place(tau, "tau"), j = place(delta, "delta"), k = place(t, "step"), of = (name) => data.cells[name][i][j], now = (name) => of(name)[k];
    const loss = (v) => brief(v, 2), share = (v) => `${fixed(100 * v, 1)}%`;
    const S = now("kernel_distance"), range = (v, words) => `${words(v.mean)} (${words(v.low)} to ${words(v.high)})`;
    tell({ tau: short(tau[i]), delta: short(delta[j]), step: count(t[k]), S: range(S, (v) => fixed(v, 3)), test: loss(now("test_loss").mean), train: loss(now("train_loss").mean), gates: share(now("hamming").mean) });
    const [low, high] = data.ends[state.quantity], end = state.quantity === "hamming" ? share : state.quantity === "test_loss" ? (v) => scientific(v, 1) : (v) => fixed(v, 2);
    drawMap({
      x: tau.map(short), y: delta.map(short), xlabel: "overall scale τ", ylabel: "relative scale δ", colors: COLORS_OF[state.quantity], picked: [i, j],
      level: (a, b) => level(data, state.quantity, a, b, k), bar: [end(Math.max(low, 0)), QUANTITIES[state.quantity], end(high)],
    });
    drawCurves(losses, { y: [1e-8, 1], logy: true, ylabel: "loss", yticks: [1e-8, 1e-6, 1e-4, 1e-2, 1], ytick: powers }, [
      { path: of("train_loss"), color: COLORS.orange, dash: DASHES[1], least: 1e-9, name: "training" }, { path: of("test_loss"), color: COLORS.blue, least: 1e-9, name: "test" },
    ], t[k]);
    for (const [where, name, ylabel, color] of [[moved, "kernel_distance", "S", COLORS.blue], [gates, "hamming", "share", COLORS.vermillion]]) {
      drawCurves(where, { y: [0, tops[name]], ylabel, yticks: Array.from({ length: Math.round(10 * tops[name]) + 1 }, (_, n) => n / 10) }, [{ path: of(name), color }], t[k]);
    }
    const who = `tau ${short(tau[i])}, delta ${short(delta[j])}`;
    map.alt(`Map of ${QUANTITIES[state.quantity]} over tau and delta at step ${count(t[k])}; picked: ${who}, S = ${fixed(S.mean, 3)}. Arrow keys pick another.`);
    losses.alt(`Losses over training of the student with ${who}; at step ${count(t[k])} test ${loss(now("test_loss").mean)}, training ${loss(now("train_loss").mean)}. Bands: least to most over seeds.`);
    moved.alt(`Kernel distance over training of the student with ${who}: ${fixed(S.mean, 3)} at this step, ${fixed(of("kernel_distance").at(-1).mean, 3)} at the end.`);
    gates.alt(`Share of gates that flipped, over training, of the student with ${who}: ${share(now("hamming").mean)} at this step, ${share(of("hamming").at(-1).mean)} at the end.`);
  }

  return demo.stop;
}

export default { render };
