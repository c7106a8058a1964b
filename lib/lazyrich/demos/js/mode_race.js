// Three singular modes of a wide linear network with three inputs, three outputs and h hidden neurons: the exact solution at any time.

const EARLY = 0.01, LATE = 100, MARKS = 101, N = [0, 1, 2];
export const MOMENTS = logTimes(EARLY, LATE, MARKS);
export const targets = (spread) => [3, 3 / Math.sqrt(spread), 3 / spread];

// W (h, 3) and A (3, h) with A^T A - W W^T = delta I; outputs as the target's, inputs turned around (1, 1, 1).
export function start({ delta, scale, turn, h }) {
  const R = Math.hypot(delta, 2 * scale), angle = (turn * Math.PI) / 180, cos = Math.cos(angle), sin = Math.sin(angle) / Math.sqrt(3);
  const a = Math.sqrt((delta >= 0 ? R + delta : (4 * scale * scale) / (R - delta)) / 2), w = scale / a;
  const turned = (i, k) => (1 - cos) / 3 + (i === k ? cos : (k + 1) % 3 === i ? sin : -sin);
  const hidden = N.slice(0, h);
  return { W: hidden.map((k) => N.map((i) => w * turned(i, k))), A: N.map((i) => hidden.map((k) => (i === k ? a : 0))) };
}

// Z Z^T(t) of lazyrich.exact.two_layer for a diagonal target: all that does not depend on t, then a function of t.
export function solver({ W, A }, s, delta) {
  const h = W.length, kappa = s.map((x) => Math.hypot(x, delta / 2));
  const big = kappa.map((k) => k + Math.abs(delta) / 2), small = big.map((b, i) => (s[i] * s[i]) / b);
  const [upper, lower] = delta >= 0 ? [big, small] : [small, big];
  const cos = N.map((i) => Math.sqrt(lower[i] / (2 * kappa[i]))), sin = N.map((i) => Math.sqrt(upper[i] / (2 * kappa[i])));
  const f = [...kappa, ...kappa.map((k) => -k).reverse()]; // falling
  const R = W.map((row, j) => [...N.map((i) => cos[i] * row[i] + sin[i] * A[i][j]), ...[2, 1, 0].map((i) => cos[i] * A[i][j] - sin[i] * row[i])]);
  for (let j = 0; j < h; j++) { // a rotation of the hidden layer makes R upper trapezoidal
    for (let i = j + 1; i < h; i++) {
      const size = Math.hypot(R[j][j], R[i][j]);
      if (!size) continue;
      const c = R[j][j] / size, d = R[i][j] / size;
      for (let k = 0; k < 6; k++) [R[j][k], R[i][k]] = [c * R[j][k] + d * R[i][k], c * R[i][k] - d * R[j][k]];
      R[i][j] = 0;
    }
  }
  return (t) => {
    const ended = f.map((x) => Math.sqrt(-Math.expm1(-2 * Math.abs(x) * t) / (2 * Math.abs(x))));
    const lead = R.map((row) => Math.max(0, ...row.map((x, i) => Math.log(Math.abs(x)) + f[i] * t)));
    const M = R.map((row, j) => row.map((x, i) => (x ? x * Math.exp(f[i] * t - lead[j]) : 0)));
    const P = R.map((row, j) => row.map((x, i) => ended[i] * (f[i] > 0 ? M[j][i] : x * Math.exp(-lead[j]))));
    const C = [];
    for (let j = 0; j < h; j++) { // Cholesky of P P^T + e^(-2 lead), and M solved with it, a row at a time
      const row = P.map((q) => q.reduce((sum, x, i) => sum + x * P[j][i], 0));
      row[j] += Math.exp(-2 * lead[j]);
      C[j] = [];
      for (let k = 0; k <= j; k++) {
        let rest = row[k];
        for (let l = 0; l < k; l++) rest -= C[j][l] * C[k][l];
        C[j][k] = k < j ? rest / C[k][k] : Math.sqrt(rest);
      }
      for (let k = 0; k < j; k++) for (let i = 0; i < 6; i++) M[j][i] -= C[j][k] * M[k][i];
      for (let i = 0; i < 6; i++) M[j][i] /= C[j][j];
    }
    const into = M.map((row) => N.map((i) => cos[i] * row[i] - sin[i] * row[5 - i]));
    const out = M.map((row) => N.map((i) => sin[i] * row[i] + cos[i] * row[5 - i]));
    const product = (U, V) => N.map((i) => N.map((k) => U.reduce((sum, row, j) => sum + row[i] * V[j][k], 0)));
    return { B: product(out, into), right: product(into, into).flat(), left: product(out, out).flat() };
  };
}

// An aligned mode by itself, as lazyrich.exact.two_layer_modes (exercise 04.6).
export function aligned(t, u0, s, delta) {
  const g = Math.abs(delta) / 2, k = Math.hypot(s, g), P = k + s, n = (g * g) / P, E = Math.exp(-2 * k * t), gone = -Math.expm1(-2 * k * t);
  const y0 = u0 + (u0 * u0) / (Math.hypot(u0, g) + g);
  const y = (y0 * (s + (s * s) / (k + g) + (n + g) * E) + 2 * s * g * gone) / (n + (y0 + g) * gone + P * E);
  return (y * (y + 2 * g)) / (2 * (y + g));
}

// exp of the entropy of the singular values' shares; singular values by turning columns until they are orthogonal (exercise 04.7).
export function effectiveRank(B) {
  const cols = N.map((i) => N.map((k) => B[k][i])), dot = (p, q) => p[0] * q[0] + p[1] * q[1] + p[2] * q[2];
  for (let sweep = 0; sweep < 6; sweep++) {
    for (const [p, q] of [[0, 1], [0, 2], [1, 2]]) {
      const x = dot(cols[p], cols[q]);
      if (!x) continue;
      const z = (dot(cols[q], cols[q]) - dot(cols[p], cols[p])) / (2 * x), tan = (z >= 0 ? 1 : -1) / (Math.abs(z) + Math.hypot(1, z));
      const c = 1 / Math.hypot(1, tan), d = c * tan;
      [cols[p], cols[q]] = [cols[p].map((v, i) => c * v - d * cols[q][i]), cols[q].map((v, i) => d * cols[p][i] + c * v)];
    }
  }
  const sizes = cols.map((v) => Math.hypot(...v)), total = sizes[0] + sizes[1] + sizes[2];
  return total ? Math.exp(-sizes.reduce((sum, v) => sum + (v ? (v / total) * Math.log(v / total) : 0), 0)) : 0;
}

// Kernel distance for whitened inputs from K = right (x) I + I (x) left at both ends, each scaled to length 1.
const square = (right, left) => {
  let sum = 0;
  for (let i = 0; i < 9; i++) sum += right[i] * right[i] + left[i] * left[i];
  return 3 * sum + 2 * (right[0] + right[4] + right[8]) * (left[0] + left[4] + left[8]);
};
function scaled({ right, left }) {
  const size = Math.sqrt(square(right, left));
  return { right: right.map((x) => x / size), left: left.map((x) => x / size) };
}
const distance = (one, two) => square(one.right.map((x, i) => x - two.right[i]), one.left.map((x, i) => x - two.left[i])) / 2;

export function race(settings, times) {
  const { delta, scale, spread, h } = settings, s = targets(spread), begin = start(settings), at = solver(begin, s, delta), first = scaled(at(0));
  return times.map((t) => {
    const now = at(t), loss = N.reduce((sum, i) => sum + N.reduce((row, k) => row + (now.B[i][k] - (i === k ? s[i] : 0)) ** 2, 0), 0) / 2;
    return { t, strengths: N.map((i) => now.B[i][i]), aligned: N.slice(0, h).map((i) => aligned(t, scale, s[i], delta)), rank: effectiveRank(now.B), loss, S: distance(first, scaled(now)) };
  });
}

// First time at which mode k has half of its target, interpolated; NaN if never.
export function half(path, k, s) {
  const i = path.findIndex((e) => e.strengths[k] >= s / 2);
  if (i <= 0) return i ? NaN : path[0].t;
  const [before, after] = [path[i - 1], path[i]];
  return before.t + ((s / 2 - before.strengths[k]) / (after.strengths[k] - before.strengths[k])) * (after.t - before.t);
}

function render({ model, el }) {
  const demo = stage({ model, el }, { title: "Demo: three modes of a wide linear network race each other", names: ["delta", "scale", "spread", "turn", "h"], draw }), { state } = demo;
  demo.add("delta", "δ", -8, 8, 0.1, (v) => fixed(v, 1), (v) => +v.toFixed(1));
  demo.add("scale", "strength at the start", -4, 0, 0.1, (v) => brief(v, 2), (v) => 10 ** v, (v) => Math.log10(v));
  demo.add("spread", "strongest / weakest target", 1, 6, 0.1, (v) => fixed(v, 1), (v) => +v.toFixed(1));
  demo.add("turn", "start turned by", 0, 90, 1, (v) => `${v}°`);
  demo.add("h", "hidden neurons h", 1, 3, 1, (v) => `${v}`);
  const tell = demo.tell([["half0", "half of mode 1 at t ="], ["half1", "of mode 2"], ["half2", "of mode 3"], ["dip", "lowest effective rank"], ["end", "S at the end"]]);
  const moved = demo.panel("Kernel distance S from the start");
  const modes = demo.panel("Strength of modes (dashed: aligned race)");
  const ranks = demo.panel("Effective rank of the function");
  const losses = demo.panel("Loss");
  const shades = [COLORS.blue, COLORS.vermillion, COLORS.green];

  function drawTime(where, axis, curves) {
    overTime(where, { x: [EARLY, LATE], xticks: [0.01, 0.1, 1, 10, 100], ...axis }, curves);
  }

  function draw() {
    const path = race(state, MOMENTS), s = targets(state.spread), color = deltaColor(state.delta), last = path.at(-1);
    const dip = Math.min(...path.map((e) => e.rank)), halves = N.map((k) => half(path, k, s[k]));
    const words = halves.map((t) => (Number.isNaN(t) ? "never" : brief(t)));
    tell({ half0: words[0], half1: words[1], half2: words[2], dip: fixed(dip, 2), end: fixed(last.S, 3) });
    drawTime(modes, { y: [0, 3.3], ylabel: "strength", yticks: [0, 1, 2, 3] }, [
      ...N.map((k) => ({ path, of: (e) => e.strengths[k], color: shades[k], name: `mode ${k + 1}` })),
      ...N.slice(0, state.h).map((k) => ({ path, of: (e) => e.aligned[k], width: 1.6, dash: [5, 4] })),
    ]);
    drawTime(ranks, { y: [0.9, 3.1], ylabel: "effective rank", yticks: [1, 1.5, 2, 2.5, 3] }, [{ path, of: (e) => e.rank, color }]);
    const top = 1.05 * path[0].loss;
    drawTime(losses, { y: [0, top], ylabel: "loss", yticks: roundNumbers(0, top) }, [{ path, of: (e) => e.loss, color }]);
    drawTime(moved, { y: [0, 1], ylabel: "S", yticks: [0, 0.25, 0.5, 0.75, 1] }, [{ path, of: (e) => e.S, color }]);
    modes.alt(`Strengths of three modes over time: half of the target is reached at ${words.join(", ")}; dashed, the race of aligned modes.`);
    ranks.alt(`Effective rank of the function over time: ${fixed(path[0].rank, 2)} at the start, ${fixed(dip, 2)} at its lowest, ${fixed(last.rank, 2)} at the end.`);
    losses.alt(`Loss over time: from ${fixed(path[0].loss, 2)} at the start to ${fixed(last.loss, 2)} at the end.`);
    moved.alt(`Kernel distance from the start over time: ${fixed(last.S, 3)} at the end.`);
  }

  return demo.stop;
}

export default { render };
