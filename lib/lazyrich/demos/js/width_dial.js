// Two knobs, function scale and relative scale, and how they turn with the width under four parametrizations.

const WIDTHS = Array.from({ length: 11 }, (_, k) => 2 ** (k + 4));
const NAMES = { ntk: "NTK", mean_field: "mean field", mup: "μP", standard: "standard" };
const SHADE = { ntk: COLORS.blue, mean_field: COLORS.vermillion, mup: COLORS.green, standard: COLORS.orange };
const MEASURES = { kernel_distance: "kernel distance S", first_layer: "first layer |W − W₀| / |W₀|", readout: "readout |a − a₀| / |a₀|" };

// As lazyrich.scales: f = multiplier sum a_i relu(w_i.x).
export function parametrization(name, m, d) {
  const w = d ** -0.5, [multiplier, stdA, etaW, etaA] = { ntk: [m ** -0.5, 1, 1, 1], mean_field: [1 / m, 1, m, m], mup: [1, 1 / m, m, 1 / m], standard: [1, m ** -0.5, 1 / m, 1 / m] }[name];
  return { multiplier, stdW: w, stdA, etaW, etaA, scale: multiplier * stdA * w * Math.sqrt(m * d), ratio: stdA / (w * Math.sqrt(d)) };
}

// delta_i = A z^2 - C chi^2_d: the two factors, at rates 1 or at the parametrization's own.
export function factors(name, m, d, rates) {
  const p = parametrization(name, m, d);
  return [(rates ? p.etaW : 1) * p.stdA ** 2, (rates ? p.etaA : 1) * p.stdW ** 2];
}

export function moments(name, m, d, rates) {
  const [A, C] = factors(name, m, d, rates);
  return [A - C * d, Math.sqrt(2 * A * A + 2 * d * C * C)];
}

// Squares of a draw, (a^2, |w|^2) in units of their variances; a wider network of the same seed keeps its neurons.
export function squares(seed, m, d) {
  const z = normals(seed, m * (d + 1)), a = new Float64Array(m), w = new Float64Array(m);
  for (let i = 0, k = 0; i < m; i++) {
    a[i] = z[k] ** 2; k++;
    for (let j = 0; j < d; j++, k++) w[i] += z[k] * z[k];
  }
  return { a, w };
}

export function drawn(name, m, seed, d, rates, { a, w } = squares(seed, m, d)) {
  const [A, C] = factors(name, m, d, rates);
  return Float64Array.from({ length: m }, (_, i) => A * a[i] - C * w[i]);
}

// The density of delta_i at x: the mean over z of chi^2_d's density at (A z^2 - x) / C, over C.
export function density(name, m, d, rates) {
  const [A, C] = factors(name, m, d, rates), step = 0.025, count = 281;
  let gamma = d % 2 ? Math.sqrt(Math.PI) : 1; // of d / 2
  for (let k = d % 2 ? 0.5 : 1; k < d / 2; k++) gamma *= k;
  const rest = 1 / (2 ** (d / 2) * gamma), power = d / 2 - 1, weight = Array.from({ length: count }, (_, k) => (k ? 2 : 1) * (step / Math.sqrt(2 * Math.PI)) * Math.exp(-((k * step) ** 2) / 2));
  return (x) => {
    let sum = 0;
    for (let k = 0; k < count; k++) {
      const u = (A * (k * step) ** 2 - x) / C;
      if (u > 0 && u < 200) sum += weight[k] * rest * u ** power * Math.exp(-u / 2);
    }
    return sum / C;
  };
}

function render({ model, el }) {
  const { m: measured, names, d, measures } = model.get("data");
  const demo = stage({ model, el }, { title: "Demo: two knobs and the width of a network", names: ["m", "parametrization", "measure", "rates", "seed"], draw }), { state } = demo;
  const place = (m) => Math.max(0, Math.min(10, Math.round(Math.log2(m)) - 4));
  demo.add("m", "width m", 0, 10, 1, (v) => `${v}`, (v) => WIDTHS[v], place);
  demo.choose("parametrization", "parametrization", NAMES);
  demo.choose("measure", "what moves", MEASURES);
  demo.add("seed", "draw of the neurons", 0, 9, 1, (v) => `${v}`);
  demo.tick("rates", "include the rates in δ: η_w a² − η_a |w|²");
  const tell = demo.tell([["multiplier", "multiplier"], ["std", "std of w, a:"], ["eta", "rates of w, a:"], ["scale", "function scale ="], ["ratio", "relative scale ="], ["mean", "δ, expected:"], ["found", "drawn:"], ["exponent", "exponent of what moves:"]]);
  const note = demo.tell([["note", ""]]); // what is easily misread
  const moved = demo.panel("Movement against width (dashed: expected slope)");
  const laws = demo.panel("δᵢ of the neurons (dashed: their distribution)");
  const scales = demo.panel("Function scale against width");
  const ratios = demo.panel("Relative scale against width");
  let last = {};

  const decades = (low, high, every = 1) => Array.from({ length: 40 }, (_, k) => 10 ** (k - 30)).filter((v, k) => v >= low && v <= high && k % every === 0);
  const widths = { x: [WIDTHS[0] / 1.2, WIDTHS.at(-1) * 1.2], logx: true, xlabel: "width m", xticks: [16, 64, 256, 1024, 4096, 16384], xtick: (v) => `${v}`, logy: true, ytick: powers };

  function draw() {
    const name = state.parametrization, m = WIDTHS[place(state.m)], p = parametrization(name, m, d), [mean, sd] = moments(name, m, d, state.rates);
    if (last.m !== m || last.seed !== state.seed) last = { m, seed: state.seed, squares: squares(state.seed, m, d) };
    const deltas = drawn(name, m, state.seed, d, state.rates, last.squares), average = deltas.reduce((sum, v) => sum + v, 0) / m;
    const deviation = Math.sqrt(deltas.reduce((sum, v) => sum + (v - average) ** 2, 0) / m);
    const found = measures[state.measure], which = names.indexOf(name);
    tell({
      multiplier: brief(p.multiplier), std: `${brief(p.stdW)}, ${brief(p.stdA)}`, eta: `${brief(p.etaW)}, ${brief(p.etaA)}`, scale: brief(p.scale), ratio: brief(p.ratio),
      mean: `${brief(Math.abs(mean) < 1e-9 * sd ? 0 : mean)} ± ${brief(sd)}`, found: `${brief(average)} ± ${brief(deviation)}`,
      exponent: `${fixed(found.exponent[which], 2)} ± ${fixed(found.doubt[which], 2)} (expected ${fixed(found.expected[which], 2)})`,
    });

    note({ note: ["mup", "mean_field"].includes(name) ? "μP and mean field are one network, written in two ways: a, the rates and so δ are different numbers, but the function and its training are the same." : "" });

    const low = mean - 4.5 * sd, high = mean + 4.5 * sd, bins = 50, wide = (high - low) / bins, counts = new Array(bins).fill(0);
    for (const v of deltas) { const k = Math.floor((v - low) / wide); if (k >= 0 && k < bins) counts[k]++; }
    const bars = counts.map((c) => c / (m * wide)), law = density(name, m, d, state.rates), curve = Array.from({ length: 101 }, (_, k) => low + ((high - low) * k) / 100).map((x) => [x, law(x)]);
    const top = 1.3 * Math.max(...curve.map(([, y]) => y)), sheet = laws.begin(), { g, ink } = sheet;
    const to = axes(sheet, { x: [low, high], y: [0, top], xlabel: "δᵢ", ylabel: "density", xticks: roundNumbers(low, high), yticks: roundNumbers(0, top), tick: brief });
    inside(g, to.box, () => {
      g.fillStyle = SHADE[name]; g.globalAlpha = 0.8;
      bars.forEach((y, k) => g.fillRect(to.px(low + k * wide), to.py(y), to.px(low + wide) - to.px(low) - 1, to.py(0) - to.py(y)));
      g.globalAlpha = 1;
      line(g, curve.map(([x, y]) => [to.px(x), to.py(y)]), { color: ink, width: 1.6, dash: [5, 4] });
    });

    const lowest = 0.3 * Math.min(...found.low.flat()), highest = 3 * Math.max(...found.high.flat()), far = Math.log10(highest / lowest);
    const chart = moved.begin(), at = axes(chart, { ...widths, y: [lowest, highest], ylabel: MEASURES[state.measure], yticks: decades(lowest, highest, far > 6 ? 2 : 1) });
    const upright = ({ px, box }, sheet) => line(sheet.g, [[px(m), box.top], [px(m), box.bottom]], { color: sheet.ink, width: 1.2, alpha: 0.6 });
    inside(chart.g, at.box, () => {
      upright(at, chart);
      const order = names.map((_, i) => i).sort((a, b) => (a === which) - (b === which)); // the chosen one on top
      for (const i of order) {
        const color = SHADE[names[i]], own = i === which, points = measured.map((w, k) => [at.px(w), at.py(found.mean[i][k])]);
        line(chart.g, [WIDTHS[0], WIDTHS.at(-1)].map((w) => [w, found.mean[i].at(-1) * (w / measured.at(-1)) ** found.expected[i]]).flatMap(([w, y], k, ends) => Array.from({ length: 21 }, (_, j) => (k ? [] : [w * (ends[1][0] / w) ** (j / 20), y * (ends[1][1] / y) ** (j / 20)]))).filter((e) => e.length && e[1] > lowest / 2 && e[1] < 2 * highest).map(([w, y]) => [at.px(w), at.py(y)]), { color: chart.ink, width: own ? 1.6 : 1, dash: [5, 4], alpha: own ? 1 : 0.5 });
        line(chart.g, points, { color, width: own ? 4 : 2 });
        measured.forEach((w, k) => line(chart.g, [[at.px(w), at.py(found.low[i][k])], [at.px(w), at.py(found.high[i][k])]], { color, width: 2 }));
        for (const [x, y] of points) dot(chart.g, x, y, color, own ? 5 : 3, own ? chart.ink : null);
      }
    });
    nameEnds(chart, at.box, names.map((each, i) => ({ points: [[at.px(measured.at(-1)), at.py(found.mean[i].at(-1))]], name: NAMES[each] })));

    for (const [where, key, ylabel, range] of [[scales, "scale", "function scale", [0.005, 3]], [ratios, "ratio", "relative scale", [3e-5, 3]]]) {
      const paper = where.begin(), on = axes(paper, { ...widths, y: range, ylabel, yticks: decades(...range), tail: tailFor(paper.g, Object.values(NAMES)) });
      const curves = Object.keys(NAMES).map((each) => ({ points: WIDTHS.map((w) => [on.px(w), on.py(parametrization(each, w, d)[key])]), name: NAMES[each], color: SHADE[each], width: each === name ? 5 : 2.5, dash: { mup: DASHES[1], standard: DASHES[2] }[each] }));
      nameEnds(paper, on.box, curves);
      inside(paper.g, on.box, () => {
        upright(on, paper);
        for (const { points, color, width, dash } of curves) line(paper.g, points, { color, width, dash });
        dot(paper.g, on.px(m), on.py(p[key]), SHADE[name], 6, paper.ink);
      });
    }
    const who = `${NAMES[name]} at width ${m}`;
    laws.alt(`Histogram of delta of the neurons under ${who}: drawn mean ${brief(average)}, standard deviation ${brief(deviation)}; the distribution has ${brief(mean)} and ${brief(sd)}.`);
    moved.alt(`${MEASURES[state.measure]} against width on logarithmic axes for four parametrizations; under ${NAMES[name]} the exponent is ${fixed(found.exponent[which], 2)}, expected ${fixed(found.expected[which], 2)}.`);
    scales.alt(`Function scale against width for four parametrizations; ${brief(p.scale)} under ${who}.`);
    ratios.alt(`Relative scale, std of a over norm of w, against width for four parametrizations; ${brief(p.ratio)} under ${who}.`);
  }

  return demo.stop;
}

export default { render };
