// How long a mode of a deep linear network waits: by depth, start, and how many layers are larger than the rest. Target s = 1.

const DEEPEST = 8, EARLY = 0.01, LATE = 2e4, LEAST = 1e-6, MOST = 0.3, PARTS = 160;
const logit = (u) => Math.log(u / (1 - u));

// sigma^2 of a weak layer where u = x^(weak/2) (x + delta)^(strong/2): Newton in z = ln sigma, from a guess.
export function weakest(logU, weak, strong, delta, z = logU / weak) {
  if (!strong || !delta) return Math.exp((2 * logU) / (weak + strong));
  for (let i = 0; i < 100; i++) {
    const x = Math.exp(2 * z), change = (weak * z + (strong / 2) * Math.log(x + delta) - logU) / (weak + (strong * x) / (x + delta));
    z -= change;
    if (Math.abs(change) < 1e-13) break;
  }
  return Math.exp(2 * z);
}

// Times from p = from to each of PARTS + 1 even values of p = ln(u / (1 - u)) up to p = until: Simpson's rule part by part.
export function times({ depth, delta, strong: wanted }, from, until) {
  const strong = Math.min(wanted, depth - 1), weak = depth - strong, h = (until - from) / PARTS;
  let guess;
  const rate = (p) => { // dt/dp = 1 / (u (weak/x + strong/(x + delta)))
    const logU = -Math.log1p(Math.exp(-p)), x = weakest(logU, weak, strong, delta, guess);
    guess = Math.log(x) / 2;
    return Math.exp(-logU) / (weak / x + (strong ? strong / (x + delta) : 0));
  };
  const out = [{ t: 0, u: 1 / (1 + Math.exp(-from)) }];
  let t = 0, left = rate(from);
  for (let i = 1; i <= PARTS; i++) {
    const p = from + i * h, middle = rate(p - h / 2), right = rate(p);
    t += (h / 6) * (left + 4 * middle + right);
    left = right;
    out.push({ t, u: 1 / (1 + Math.exp(-p)) });
  }
  return out;
}

// u over time from the start to 0.999, and the time to half of the target from each start between LEAST and one half.
export const curve = (settings) => times(settings, logit(settings.u0), logit(0.999));
export const timeToHalf = (settings) => times(settings, logit(settings.u0), 0).at(-1).t;
export const waits = (settings) => times(settings, 0, logit(LEAST)).map(({ t, u }) => ({ u0: u, t: -t }));

// The plateau to leading order in a small start, for balanced layers: exact.plateau_time.
export function plateau({ depth, u0 }) {
  if (depth === 1) return 0;
  const b = 1 - 2 / depth;
  return (depth === 2 ? -Math.log(u0) : u0 ** -b / b) / depth;
}

function render({ model, el }) {
  const demo = stage({ model, el }, { title: "Demo: how long a deep linear network waits", names: ["depth", "u0", "delta", "strong"], draw }), { state } = demo;
  demo.add("depth", "depth L", 1, DEEPEST, 1, (v) => `${v}`);
  demo.add("u0", "start u₀ (target 1)", -6, Math.log10(MOST), 0.05, (v) => brief(v, 2), (v) => Math.min(MOST, Math.max(LEAST, 10 ** v)), Math.log10);
  demo.add("delta", "imbalance δ (in σ²)", 0, 2, 0.01, (v) => fixed(v, 2), (v) => +v.toFixed(2));
  demo.add("strong", "number of strong layers", 0, DEEPEST - 1, 1, (v) => `${v}${v >= state.depth ? ` (${state.depth - 1} possible)` : ""}`);
  const tell = demo.tell([["half", "time to half ="], ["balanced", "if balanced ="], ["plateau", "plateau formula (balanced) ="], ["weak", "weakest layers:"]]);
  const grow = demo.panel("Strength over time (thin: balanced, depths 1 to 8)");
  const wait = demo.panel("Time to half against the start");
  const all = Array.from({ length: DEEPEST }, (_, i) => waits({ depth: i + 1, delta: 0, strong: 0 }));

  function draw() {
    demo.show.strong(); // its words depend on the depth
    const own = curve(state), half = timeToHalf(state), balanced = timeToHalf({ ...state, delta: 0 }), strong = state.delta > 0 ? Math.min(state.strong, state.depth - 1) : 0;
    tell({ half: brief(half), balanced: brief(balanced), plateau: brief(plateau(state)), weak: `${state.depth - strong} of ${state.depth}` });

    let sheet = grow.begin();
    let to = axes(sheet, { x: [EARLY, LATE], logx: true, y: [0, 1], xlabel: "time t", ylabel: "strength u", xticks: [0.01, 1, 100, 1e4], yticks: [0, 0.25, 0.5, 0.75, 1], tick: powers });
    let named = -Infinity; // where the last depth is written: only those with room are
    const draws = (g, points, style) => inside(g, to.box, () => line(g, points, style));
    const faint = (k) => ({ color: k % 2 ? COLORS.sky : COLORS.blue, width: 1.2 });
    for (let k = 0; k < DEEPEST; k++) {
      const path = curve({ depth: k + 1, u0: state.u0, delta: 0, strong: 0 });
      draws(sheet.g, [...path.slice(1).map((e) => [to.px(e.t), to.py(e.u)]), [to.px(LATE), to.py(1)]], faint(k));
      const x = to.px(path.find((e) => e.u >= 0.75)?.t ?? LATE) - 9;
      if (x < named + 11) continue;
      named = x;
      sheet.g.fillStyle = sheet.ink;
      sheet.g.fillText(`${k + 1}`, x, to.py(0.75));
    }
    draws(sheet.g, [[to.px(EARLY), to.py(state.u0)], ...own.slice(1).map((e) => [to.px(e.t), to.py(e.u)]), [to.px(LATE), to.py(1)]], { color: COLORS.vermillion, width: 4 });
    dot(sheet.g, to.px(half), to.py(0.5), COLORS.vermillion, 6, sheet.ink);

    sheet = wait.begin();
    to = axes(sheet, { x: [LEAST, 0.5], logx: true, y: [0.03, 2e4], logy: true, xlabel: "start u₀", ylabel: "time to half", xticks: [1e-6, 1e-4, 1e-2], yticks: [0.1, 1, 10, 100, 1000, 1e4], tick: powers });
    named = Infinity;
    for (let k = 0; k < DEEPEST; k++) {
      draws(sheet.g, all[k].map((e) => [to.px(e.u0), to.py(e.t)]), faint(k));
      const y = to.py(all[k].at(-1).t) - 4;
      if (y > named - 13) continue;
      named = y;
      sheet.g.fillStyle = sheet.ink;
      sheet.g.fillText(`${k + 1}`, to.px(LEAST) + 3, y);
    }
    draws(sheet.g, waits(state).map((e) => [to.px(e.u0), to.py(e.t)]), { color: COLORS.vermillion, width: 4 });
    dot(sheet.g, to.px(state.u0), to.py(half), COLORS.vermillion, 6, sheet.ink);
    const words = `depth ${state.depth}, start ${brief(state.u0)}, ${strong} of its layers larger by delta ${fixed(state.delta, 2)}`;
    grow.alt(`Strength of a mode over logarithmic time: the network of ${words} reaches half of its target at time ${brief(half)}; balanced it would need ${brief(balanced)}. Deeper networks rise later and more suddenly.`);
    wait.alt(`Time to half against the start on logarithmic axes, one line per depth, steeper for deeper networks; the network of ${words} at ${brief(half)}.`);
  }

  return demo.stop;
}

export default { render };
