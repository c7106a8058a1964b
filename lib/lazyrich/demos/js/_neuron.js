// Formulas of one linear neuron f(x) = a w.x on whitened inputs that several demos draw with; target beta* = (1, 0).

export const TARGET = [1, 0];

// The start with beta0 = scale (cos angle, sin angle), this delta, a > 0, eta_w / eta_a = ratio and eta_w eta_a = 1.
export function start({ delta, angle, scale, ratio }) {
  const etaW = Math.sqrt(ratio), etaA = 1 / etaW, turn = (angle * Math.PI) / 180;
  const root = Math.hypot(delta, 2 * scale);
  const a = Math.sqrt((delta >= 0 ? root + delta : (4 * scale * scale) / (root - delta)) / (2 * etaW));
  return { w: [(scale * Math.cos(turn)) / a, (scale * Math.sin(turn)) / a], a, etaW, etaA };
}

const decay = (rate, t) => (rate === 0 ? t : -Math.expm1(-rate * t) / rate);

// Gradient flow at one time: the closed form of lazyrich.exact.one_neuron, every exponential relative to the largest.
export function solve(t, w0, a0, target, etaW = 1, etaA = 1) {
  const sa = Math.sqrt(etaA), sw = Math.sqrt(etaW), dot = (u, v) => u.reduce((sum, x, i) => sum + x * v[i], 0);
  const size = Math.sqrt(dot(target, target)), unit = target.map((x) => (size ? x / size : 0));
  const along = sa * dot(w0, unit), across = w0.map((x, i) => sa * x - along * unit[i]), q0 = sw * a0;
  const s = sa * sw * size, perp2 = dot(across, across), delta = etaW * a0 * a0 - etaA * dot(w0, w0);
  const k = Math.hypot(delta / 2, s), big = k + Math.abs(delta) / 2, small = big ? (s * s) / big : 0;
  const [A, B] = delta >= 0 ? [big, small] : [small, big];
  const cos = k ? Math.sqrt(B / (2 * k)) : Math.SQRT1_2, sin = k ? Math.sqrt(A / (2 * k)) : Math.SQRT1_2;
  const grow = cos * along + sin * q0, fade = cos * q0 - sin * along;
  const logs = [
    0,
    grow && k ? 2 * Math.log(Math.abs(grow)) - Math.log(2 * k) + 2 * k * t : -Infinity,
    perp2 && delta < 0 ? Math.log(perp2) - Math.log(-delta) - delta * t : -Infinity,
  ];
  const leader = logs.indexOf(Math.max(...logs));
  const exp = (...choices) => Math.exp(Math.min(choices[leader], 709));
  const up = exp(k * t, 0, A * t), down = exp(-k * t, -2 * k * t, -B * t);
  const side = exp((-delta / 2) * t, -A * t, 0), one = exp(0, -k * t, (-Math.abs(delta) / 2) * t);
  const behind = perp2 * (delta >= 0 ? one * one : side * side) * decay(Math.abs(delta), t);
  const v = one * one + behind + ((grow * up) ** 2 + (fade * one) ** 2) * decay(2 * k, t);
  let p = grow * up * cos - fade * down * sin, q = grow * up * sin + fade * down * cos;
  if (k * t < 0.5) {
    const cosh = Math.cosh(k * t), sinh = k ? Math.sinh(k * t) / k : t;
    p = one * (cosh * along + sinh * (s * q0 - (delta / 2) * along));
    q = one * (cosh * q0 + sinh * (s * along + (delta / 2) * q0));
  }
  const root = Math.sqrt(v), pAcross = across.map((x) => (x * side) / root), a = q / root;
  const left = ((s - along * q0) * one * one + s * behind) / v;
  const residual = unit.map((u, i) => (left * u - pAcross[i] * a) / (sa * sw));
  return { w: unit.map((u, i) => ((p / root) * u + pAcross[i]) / sa), a: a / sw, residual, loss: dot(residual, residual) / 2 };
}

// Kernel distance of whitened inputs, 1/2 |M1/|M1| - M2/|M2||^2 with M = eta_w a^2 I + eta_a w w^T.
export function kernelDistance(w1, a1, w2, a2, etaW = 1, etaA = 1) {
  const matrix = (w, a) => w.flatMap((x, i) => w.map((y, j) => etaA * x * y + (i === j ? etaW * a * a : 0)));
  const unit = (m) => { const size = Math.hypot(...m); return m.map((x) => x / size); };
  const [m1, m2] = [unit(matrix(w1, a1)), unit(matrix(w2, a2))];
  return m1.reduce((sum, x, i) => sum + (x - m2[i]) ** 2, 0) / 2;
}

// Angle between w and the target, in degrees. It goes on smoothly where a crosses 0, where that of beta = a w jumps although nothing turns.
export const angleOf = (w) => (Math.atan2(Math.abs(w[1]), w[0]) * 180) / Math.PI;

export function measure(t, begin) {
  const { w, a, loss } = solve(t, begin.w, begin.a, TARGET, begin.etaW, begin.etaA);
  return { t, w, a, loss, S: kernelDistance(begin.w, begin.a, w, a, begin.etaW, begin.etaA), angle: angleOf(w) };
}
