// A ReLU network that is trained while it is watched: the task of the map's tiles, with a draw of its own.

const INPUTS_LIVE = 64, SIZE_LIVE = 10, NEURONS_LIVE = 20, FRESH = 200, LIVE = NEURONS_LIVE * (SIZE_LIVE + 1), FIRST_READOUT = NEURONS_LIVE * SIZE_LIVE;
const EXACT = 2e-3; // the error of a step, as a share of the weights

function directions(draws, count) { // uniform on the sphere, one after the other in one array
  for (let k = 0; k < count; k++) {
    const row = draws.subarray(k * SIZE_LIVE, (k + 1) * SIZE_LIVE), length = Math.hypot(...row);
    for (let c = 0; c < SIZE_LIVE; c++) row[c] /= length;
  }
  return draws;
}
// What each of `count` neurons says to each row of X before its readout, 0 behind a closed gate; p begins with their weights.
function through(X, p, count = NEURONS_LIVE) {
  const rows = X.length / SIZE_LIVE, z = new Float64Array(rows * count);
  for (let k = 0; k < rows; k++) {
    for (let i = 0; i < count; i++) {
      let v = 0;
      for (let c = 0; c < SIZE_LIVE; c++) v += X[k * SIZE_LIVE + c] * p[i * SIZE_LIVE + c];
      if (v > 0) z[k * count + i] = v;
    }
  }
  return z;
}
function answers(X, p, count = NEURONS_LIVE) {
  const z = through(X, p, count), out = new Float64Array(X.length / SIZE_LIVE);
  for (let k = 0; k < out.length; k++) for (let i = 0; i < count; i++) out[k] += p[count * SIZE_LIVE + i] * z[k * count + i];
  return out;
}

// The start of the paper's code: neurons i and i + 10 have one direction and opposite readouts, so that together they say nothing.
function drawn({ tau, delta, seed }) {
  const part = (k, count) => directions(normals(10 * seed + k, count * SIZE_LIVE), count), coin = generator(10 * seed + 5);
  const teacher = Float64Array.of(...part(3, 3), ...[1, 2, 3].map(() => (coin() < 0.5 ? 1 : -1))), half = part(4, NEURONS_LIVE / 2);
  const r = delta / tau ** 2, root = Math.hypot(2, r), alpha = Math.sqrt(r > 0 ? 2 / (root + r) : (root - r) / 2), p = new Float64Array(LIVE);
  half.forEach((v, c) => { p[c] = p[half.length + c] = tau * alpha * v; });
  for (let i = 0; i < NEURONS_LIVE; i++) p[FIRST_READOUT + i] = (i < NEURONS_LIVE / 2 ? tau : -tau) / alpha;
  const X = part(1, INPUTS_LIVE), news = part(2, FRESH);
  return { X, news, y: answers(X, teacher, 3), wanted: answers(news, teacher, 3), p };
}
const meanSquare = (one, two) => one.reduce((sum, v, k) => sum + (v - two[k]) ** 2, 0) / one.length;

function downhill({ X, y }, p) { // minus the gradient of the mean square error
  const z = through(X, p), out = new Float64Array(LIVE);
  for (let k = 0; k < INPUTS_LIVE; k++) {
    let e = y[k];
    for (let i = 0; i < NEURONS_LIVE; i++) e -= p[FIRST_READOUT + i] * z[k * NEURONS_LIVE + i];
    e *= 2 / INPUTS_LIVE;
    for (let i = 0; i < NEURONS_LIVE; i++) {
      const v = z[k * NEURONS_LIVE + i], g = e * p[FIRST_READOUT + i];
      if (v === 0) continue;
      out[FIRST_READOUT + i] += e * v;
      for (let c = 0; c < SIZE_LIVE; c++) out[i * SIZE_LIVE + c] += g * X[k * SIZE_LIVE + c];
    }
  }
  return out;
}
function gram({ X }, p) { // the tangent kernel of all pairs of inputs, with length 1
  const z = through(X, p), out = new Float64Array(INPUTS_LIVE ** 2);
  for (let k = 0; k < INPUTS_LIVE; k++) {
    for (let l = 0; l <= k; l++) {
      let near = 0, forward = 0, gates = 0;
      for (let c = 0; c < SIZE_LIVE; c++) near += X[k * SIZE_LIVE + c] * X[l * SIZE_LIVE + c];
      for (let i = 0; i < NEURONS_LIVE; i++) {
        const both = z[k * NEURONS_LIVE + i] * z[l * NEURONS_LIVE + i];
        if (both > 0) { forward += both; gates += p[FIRST_READOUT + i] ** 2; }
      }
      out[k * INPUTS_LIVE + l] = out[l * INPUTS_LIVE + k] = forward + gates * near;
    }
  }
  const length = Math.sqrt(out.reduce((sum, v) => sum + v * v, 0));
  return out.map((v) => v / length);
}

function rms(values, from, to) {
  let sum = 0;
  for (let i = from; i < to; i++) sum += values[i] ** 2;
  return Math.sqrt(sum / (to - from));
}
function combined(p, h, ...parts) { // p + h (share d + share d + ...)
  const out = p.slice();
  for (const [share, d] of parts) for (let i = 0; i < LIVE; i++) out[i] += h * share * d[i];
  return out;
}
// A run that is made piece by piece: `work(late)` trains until `late()` says so, and is true at the end; `points` holds what was measured.
// Steps of Bogacki and Shampine, of third order, with one of second order beside them for the error.
function liveRun(begin, times) {
  const task = drawn(begin), first = gram(task, task.p), points = [];
  let { p } = task, t = 0, step = 1e-3, d1 = downhill(task, p);
  const measure = () => points.push({ t, S: gram(task, p).reduce((sum, v, i) => sum + (v - first[i]) ** 2, 0) / 2, loss: meanSquare(answers(task.X, p), task.y), test: meanSquare(answers(task.news, p), task.wanted) });
  const advance = (target) => {
    const h = Math.min(step, target - t), d2 = downhill(task, combined(p, h, [1 / 2, d1])), d3 = downhill(task, combined(p, h, [3 / 4, d2]));
    const next = combined(p, h, [2 / 9, d1], [1 / 3, d2], [4 / 9, d3]), d4 = downhill(task, next), wrong = combined(new Float64Array(LIVE), h, [-5 / 72, d1], [1 / 12, d2], [1 / 9, d3], [-1 / 8, d4]);
    const sizes = [[0, FIRST_READOUT], [FIRST_READOUT, LIVE]].map((block) => [rms(wrong, ...block), rms(next, ...block)]), least = 1e-3 * Math.max(...sizes.map(([, v]) => v));
    const worst = Math.max(...sizes.map(([e, v]) => e / (EXACT * Math.max(v, least)))), factor = Math.min(5, Math.max(0.2, 0.9 * Math.max(worst, 1e-9) ** (-1 / 3)));
    if (worst <= 1) { t = h < target - t ? t + h : target; p = next; d1 = d4; }
    if (worst > 1 || h === step) step = h * factor;
  };
  return {
    ...begin, task, points, moments: times,
    work(late = () => false) {
      while (points.length < times.length) {
        while (t < times[points.length]) { if (late()) return false; advance(times[points.length]); }
        measure();
      }
      return true;
    },
  };
}
