// How the time to grok depends on the scales of a network's embedding and readout, and accuracies of the picked cell.

const never = (v) => (v === null ? Infinity : v);
const share = (v) => (v < 1 && Math.abs(1 / v - Math.round(1 / v)) < 1e-6 / v ? `1/${Math.round(1 / v)}` : brief(v));
const words = (v) => (Number.isFinite(v) ? `${Math.round(v)}` : "never");

export function middle(values) {
  const sorted = [...values].sort((a, b) => a - b), half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

// Times of each cell over seeds, Infinity for never, and the ends of the scale of colors.
export function prepare(data) {
  const cells = data.grok.map((column, i) => column.map((grok, j) => {
    const all = { grok: grok.map(never), learn: data.learn[i][j].map(never) };
    return { ...all, median: middle(all.grok), learned: middle(all.learn), low: Math.min(...all.grok), high: Math.max(...all.grok), done: all.grok.filter(Number.isFinite).length };
  }));
  const seen = cells.flat().map((e) => e.median).filter(Number.isFinite);
  return { ...data, cells, ends: [Math.min(...seen), Math.max(...seen)] };
}

// Places [i, j] of all cells with the function scale s_in^2 s_out of cell (i, j).
export function along({ embedding, readout }, i, j) {
  const scale = embedding[i] ** 2 * readout[j];
  return embedding.flatMap((s, k) => readout.flatMap((r, l) => (Math.abs(s * s * r / scale - 1) < 1e-3 ? [[k, l]] : [])));
}

function render({ model, el }) {
  const data = prepare(model.get("data")), { embedding, readout, cells, every, end } = data;
  const demo = stage({ model, el }, { title: "Demo: the time to grok over two scales", names: ["embedding", "readout", "line"], draw }), { state } = demo;
  const grid = (name, label, values) => demo.add(name, label, 0, values.length - 1, 1, share, (i) => values[i], (v) => nearest(values, v));
  grid("embedding", "embedding scale", embedding);
  grid("readout", "readout scale", readout);
  demo.tick("line", "lines: same function scale (solid), mean δ = 0 (dotted)");
  const tell = demo.tell([["scale", "function scale (embedding² × readout) ="], ["learn", "learned at step"], ["grok", "grokked at step"], ["seeds", "seeds that grokked:"]]);
  const map = demo.panel("Median steps to grok", 0.82, "click, or arrow keys");
  const curves = demo.panel("Accuracy, one line per seed: test (solid), training (dashed)", 0.82);
  const line1 = demo.panel("Steps to grok at the same function scale", 0.62);
  const line2 = demo.panel("At the same readout scale (arrows: seeds that never grok)", 0.62);
  const drawMap = cellMap(map, (i, j) => demo.change({ embedding: embedding[i], readout: readout[j] }));
  const ticks = [10, 30, 100, 300, 1e3, 3e3, 1e4, 3e4, 1e5].filter((v) => v > every && v <= end);
  const quickest = Math.min(...cells.flat().map((e) => e.low));

  function drawCurves(i, j) {
    const sheet = curves.begin(), { g, ink } = sheet;
    const { px, py, box } = axes(sheet, { x: [every, 1.3 * end], logx: true, y: [0, 1.03], xlabel: "step of training", ylabel: "accuracy", xticks: ticks, yticks: [0, 0.25, 0.5, 0.75, 1], tick: brief });
    line(g, [[box.left, py(data.grokked)], [box.right, py(data.grokked)]], { color: ink, width: 1.2, dash: [5, 4] });
    for (const [name, color, dash] of [["train", COLORS.orange, DASHES[4]], ["test", COLORS.blue, []]]) {
      for (const run of data[name][i][j]) line(g, run.slice(1).map((v, k) => [px((k + 1) * every), py(v / 1000)]), { color, dash, width: 1.8 });
    }
    for (const t of cells[i][j].grok) if (Number.isFinite(t)) dot(g, px(Math.max(t, every)), py(data.grokked), COLORS.blue, 4, ink);
  }

  // Median, least and most over seeds; above the end of the runs, an arrow and the number of seeds that never grok.
  function drawCut(where, places, [pi, pj], color) {
    const sheet = where.begin(), { g, ink } = sheet, last = embedding.length - 1;
    const { px, py, box } = axes(sheet, { x: [-0.5, last + 0.5], y: [0.7 * quickest, 2.4 * end], logy: true, xlabel: "embedding scale", ylabel: "steps to grok", xticks: embedding.map((_, i) => i), xtick: (i) => share(embedding[i]), yticks: ticks.filter((v) => v > 0.7 * quickest), ytick: powers });
    line(g, [[box.left, py(end)], [box.right, py(end)]], { color: ink, width: 1.2, alpha: 0.5 });
    line(g, places.map(([i, j]) => [px(i), Number.isFinite(cells[i][j].median) ? py(cells[i][j].median) : NaN]), { color, width: 2 });
    for (const [i, j] of places) {
      const { median, low, high, done, grok } = cells[i][j], top = Math.min(high, end);
      if (Number.isFinite(low)) line(g, [[px(i), py(low)], [px(i), py(top)]], { color, width: 2 });
      if (Number.isFinite(median)) dot(g, px(i), py(median), color, i === pi && j === pj ? 7 : 5, i === pi && j === pj ? ink : null);
      if (done === grok.length) continue;
      const y = py(1.35 * end);
      line(g, [[px(i) - 5, y + 6], [px(i), y - 2], [px(i) + 5, y + 6]], { color, width: 2.5 });
      g.fillStyle = ink; g.textAlign = "center"; g.fillText(`${grok.length - done}/${grok.length}`, px(i), y - 6);
    }
  }

  function draw() {
    const i = nearest(embedding, state.embedding), j = nearest(readout, state.readout), here = cells[i][j], scale = share(embedding[i] ** 2 * readout[j]);
    const range = (median, all) => `${words(median)} (${words(Math.min(...all))} to ${words(Math.max(...all))})`;
    tell({ scale, learn: range(here.learned, here.learn), grok: range(here.median, here.grok), seeds: `${here.done} of ${here.grok.length}` });
    const [low, high] = data.ends, step = (values) => Math.log(values[1] / values[0]);
    const above = (values, v) => Math.log(v / values[0]) / step(values); // a place between cells, on grids of equal ratios
    drawMap({
      x: embedding.map(share), y: readout.map(share), xlabel: "embedding scale", ylabel: "readout scale", colors: "viridis_r", picked: [i, j],
      level: (a, b) => (Number.isFinite(cells[a][b].median) ? Math.log(cells[a][b].median / low) / Math.log(high / low) : NaN),
      text: (a, b) => words(cells[a][b].median), bar: [words(low), "steps", words(high)],
      over: (g, { px, py }) => {
        if (!state.line) return;
        const ends = [-0.5, embedding.length - 0.5], scaleAt = (u) => embedding[0] * Math.exp(u * step(embedding));
        // py keeps what is drawn near the axes: straight lines need points in between
        const points = (of) => Array.from({ length: 81 }, (_, k) => ends[0] + ((ends[1] - ends[0]) * k) / 80).map((u) => [u, above(readout, of(scaleAt(u)))])
          .filter(([, v]) => v > -0.6 && v < readout.length - 0.4).map(([u, v]) => [px(u), py(v)]);
        const fixed = points((s) => (embedding[i] ** 2 * readout[j]) / (s * s)), balanced = points((s) => data.balance * s);
        for (const [color, width] of [["#fff", 5], [COLORS.vermillion, 3]]) line(g, fixed, { color, width });
        line(g, balanced, { color: "#fff", width: 3.5 });
        line(g, balanced, { color: "#000", width: 2, dash: [2, 4] });
      },
    });
    drawCurves(i, j);
    const same = along(data, i, j), row = embedding.map((_, k) => [k, j]), listed = (places) => places.map(([a, b]) => `${words(cells[a][b].median)} at ${share(embedding[a])}`).join(", ");
    drawCut(line1, same, [i, j], COLORS.vermillion);
    drawCut(line2, row, [i, j], COLORS.blue);
    const who = `embedding scale ${share(embedding[i])} and readout scale ${share(readout[j])}`;
    map.alt(`Map of the median steps to grok over both scales; picked: ${who}, ${words(here.median)}. Arrow keys pick another.`);
    curves.alt(`Accuracies over training with ${who}: all sums shown are learned at step ${words(here.learned)}, the others at step ${words(here.median)}, medians over ${here.grok.length} seeds.`);
    line1.alt(`Median steps to grok at function scale ${scale}, by embedding scale: ${listed(same)}.`);
    line2.alt(`Median steps to grok at readout scale ${share(readout[j])}, by embedding scale: ${listed(row)}.`);
  }

  return demo.stop;
}

export default { render };
