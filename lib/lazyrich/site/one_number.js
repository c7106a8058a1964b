// The page "One number": figures that draw only when they are seen, one control in the sentence that needs it, words filled with numbers.

const still = matchMedia("(prefers-reduced-motion: reduce)"), dark = matchMedia("(prefers-color-scheme: dark)");
const lecture = new URLSearchParams(location.search).has("lecture");
let printing = false, theme;
const figures = {}, moves = new Map(), heard = new Map();
const $ = (selector, from = document) => from.querySelector(selector), all = (selector, from = document) => [...from.querySelectorAll(selector)];
const signed = (v, digits = 1) => `${v > 0 ? "+" : ""}${fixed(v, digits)}`.replace(/^[+−](0\.?0*)$/, "$1");
const fill = (name, words) => { for (const e of all(`[data-fill="${name}"]`)) if (e.textContent !== words) e.textContent = words; };
const clamp = (v, low, high) => Math.min(high, Math.max(low, v));

function newTheme() {
  const night = dark.matches && !printing;
  theme = night ? { night, sheet: "#1d2327", ink: "#e9e6e0", soft: "#aeb7be", line: "#56616a", gold: "#f0b428" } : { night, sheet: printing ? "#ffffff" : "#f6f4f0", ink: "#1d2327", soft: "#525c64", line: "#b9b2a6", gold: "#b26b00" };
}
// Brown to teal, light enough for the dark and dark enough for the light.
function hue(delta, scale = 1.6) {
  const parts = deltaColor(delta, scale, false).match(/\d+/g).map(Number), [to, share] = theme.night ? [255, 0.4] : [0, 0.3 * (1 - Math.abs(Math.tanh(delta / scale)))];
  return `rgb(${parts.map((v) => Math.round(v + share * (to - v))).join(",")})`;
}

// -- frames: controls are heard, and what has changed and can be seen is drawn, once a frame ----------

let waiting = 0;
const request = () => { waiting ||= requestAnimationFrame(frameNow); };
function touch(name) { if (figures[name]) { figures[name].stale = true; request(); } }
function frameNow(now) {
  waiting = 0;
  for (const [, take] of heard) take();
  heard.clear();
  for (const [name, move] of [...moves]) {
    move.from ??= now;
    const share = still.matches ? 1 : Math.min(1, (now - move.from) / move.length);
    move.step(share);
    if (share >= 1) { moves.delete(name); move.done(); }
  }
  for (const one of Object.values(figures)) if (one.stale && one.seen) { one.stale = false; paint(one); }
  if (moves.size) request();
}
function animate(name, seconds, step, done = () => {}) { moves.set(name, { length: 1000 * seconds, step, done }); request(); }
const sizeOf = (width) => (lecture && width > 900 ? 26 : 18); // of the words in a figure, in pixels
function paint(one) {
  const { canvas, draw } = one, [width, height] = [canvas.clientWidth, canvas.clientHeight], sharp = Math.min(2, window.devicePixelRatio || 1), size = sizeOf(width);
  if (!width || !height) return;
  if (canvas.width !== Math.round(width * sharp) || canvas.height !== Math.round(height * sharp)) { canvas.width = Math.round(width * sharp); canvas.height = Math.round(height * sharp); }
  const g = one.pen ??= canvas.getContext("2d", { alpha: false }); // nothing shows through, and nothing need be mixed
  g.setTransform(sharp, 0, 0, sharp, 0, 0);
  g.fillStyle = theme.sheet; g.fillRect(0, 0, width, height);
  g.font = `${size}px system-ui, sans-serif`;
  g.lineCap = "round";
  draw({ g, width, height, size });
}
const homeOf = (canvas) => canvas.closest(".part, .opening").id;
const seen = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    const one = figures[homeOf(target)];
    one.seen = isIntersecting;
    if (isIntersecting) { one.arrive?.(); request(); }
  }
}, { rootMargin: "200px 0px" });
const resized = new ResizeObserver((entries) => { for (const { target } of entries) touch(homeOf(target)); });
function figure(name, draw, arrive) {
  const canvas = $(`#${name} canvas`);
  figures[name] = { canvas, draw, arrive, stale: true, seen: false, alt: (words) => canvas.setAttribute("aria-label", words) };
  seen.observe(canvas);
  resized.observe(canvas);
  return figures[name];
}
// What need not follow each frame: it is done once nothing has asked for it for a quarter of a second.
const pauses = {};
function settled(name, act) { clearTimeout(pauses[name]); pauses[name] = setTimeout(act, 250); }
const say = (words) => settled("say", () => { $("#said").textContent = words; });

// -- drawing ------------------------------------------------------------------------------------

function words(g, text, x, y, { color = theme.ink, align = "center", bold = false } = {}) {
  g.save();
  g.fillStyle = color; g.textAlign = align; g.textBaseline = "middle";
  if (bold) g.font = `600 ${g.font}`;
  g.fillText(text, x, y);
  g.restore();
}
function arrow(g, x, y, dx, dy, color, width) {
  const length = Math.hypot(dx, dy), head = Math.min(3.4 * width, 0.6 * length), [u, v] = [dx / length, dy / length];
  g.save();
  g.strokeStyle = g.fillStyle = color; g.lineWidth = width; g.lineCap = "butt";
  g.beginPath(); g.moveTo(x, y); g.lineTo(x + dx - 0.9 * head * u, y + dy - 0.9 * head * v); g.stroke();
  g.beginPath(); g.moveTo(x + dx, y + dy); g.lineTo(x + dx - head * u + 0.5 * head * v, y + dy - head * v - 0.5 * head * u); g.lineTo(x + dx - head * u - 0.5 * head * v, y + dy - head * v + 0.5 * head * u); g.fill();
  g.restore();
}
function star(g, x, y, radius, color) {
  g.beginPath();
  for (let k = 0; k < 10; k++) { const r = k % 2 ? 0.42 * radius : radius, turn = (k * Math.PI) / 5; g.lineTo(x + r * Math.sin(turn), y - r * Math.cos(turn)); }
  g.closePath();
  g.fillStyle = color; g.fill();
}
// Axes inside a box; gives x and y to pixels.
function plot(g, box, { x, y, logx, xticks = [], yticks = [], xlabel = "", xtick = (v) => `${v}`, ytick = (v) => `${v}`, size }) {
  const part = (v) => (logx ? Math.log(v / x[0]) / Math.log(x[1] / x[0]) : (v - x[0]) / (x[1] - x[0]));
  const px = (v) => box.left + clamp(part(v), 0, 1) * (box.right - box.left), py = (v) => box.bottom - ((v - y[0]) / (y[1] - y[0])) * (box.bottom - box.top);
  for (const v of xticks) { line(g, [[px(v), box.top], [px(v), box.bottom]], { color: theme.line, width: 1, alpha: 0.5 }); words(g, xtick(v).replace("-", "−"), px(v), box.bottom + 0.85 * size, { color: theme.soft }); }
  for (const v of yticks) { line(g, [[box.left, py(v)], [box.right, py(v)]], { color: theme.line, width: 1, alpha: 0.5 }); words(g, ytick(v).replace("-", "−"), box.left - 7, py(v), { color: theme.soft, align: "right" }); }
  if (xlabel) words(g, xlabel, (box.left + box.right) / 2, box.bottom + 2.1 * size, { color: theme.soft });
  return { px, py };
}
// -- controls, and bets -----------------------------------------------------------------------------

// A slider: `take` hears a value, at most once a frame; `read` is what a screen reader says of it.
function slide(id, take, read) {
  const input = document.getElementById(id), hear = () => { take(+input.value); input.setAttribute("aria-valuetext", read()); };
  input.addEventListener("input", () => { heard.set(id, hear); request(); });
  hear();
  return input;
}
const bets = {};
// A question before the answer is seen: `right` is the answer, `told` the words for those who bet on another.
function ask(name, right, told) {
  const buttons = all(`[data-ask="${name}"]`);
  bets[name] = { right, told, bet: null };
  for (const button of buttons) {
    button.setAttribute("aria-pressed", "false");
    button.addEventListener("click", () => {
      bets[name].bet = button.dataset.answer;
      for (const b of buttons) b.setAttribute("aria-pressed", `${b === button}`);
      if (!$(`[data-verdict="${name}"]`).hidden) reveal(name, true);
    });
  }
}
function verdictOf(name) {
  const { right, told, bet } = bets[name];
  return bet === right ? "You were right." : bet ? told : "";
}
function reveal(name, again = false) {
  const verdict = $(`[data-verdict="${name}"]`);
  if (!verdict.hidden && !again) return;
  verdict.hidden = false;
  $(`[data-says="${name}"]`).textContent = verdictOf(name);
  say(verdict.textContent.trim());
}
const grid = (low, high, count) => Array.from({ length: count }, (_, i) => low + ((high - low) * i) / (count - 1));
