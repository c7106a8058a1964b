// A map of cells to pick from by mouse, touch or arrow keys, and curves of the picked cell with their spread over seeds.

const EMPTY = [205, 205, 205]; // a cell without a value
const STEPS = 16, SHADES = Object.fromEntries(Object.entries({ // stops of matplotlib's maps
  cividis: "00224e 002e6a 1a386f 32436d 434e6c 535a6d 61656f 6f7073 7d7c78 8c8878 9b9476 aba072 bcae6c cdbb63 dec958 f0d846 fee838",
  magma: "000004 0a0822 1d1147 36106b 51127c 6a1c81 832681 9c2e7f b73779 d0416f e75263 f56b5c fc8961 fea772 fec488 fde2a3 fcfdbf",
  viridis_r: "fde725 d5e21a aadc32 81d34d 5cc863 3dbc74 27ad81 1f9f88 21908d 26818e 2c718e 33628d 3b518b 423f85 472c7a 481769 440154",
}).map(([name, stops]) => [name, stops.split(" ").map((hex) => [0, 2, 4].map((k) => parseInt(hex.slice(k, k + 2), 16)))]));

export function shade(u, name) { // u in 0..1
  const x = STEPS * Math.min(1, Math.max(0, u)), i = Math.min(STEPS - 1, Math.floor(x));
  return SHADES[name][i].map((from, k) => Math.round(from + (x - i) * (SHADES[name][i + 1][k] - from)));
}

export const nearest = (values, v) => values.reduce((best, x, i) => (Math.abs(x - v) < Math.abs(values[best] - v) ? i : best), 0);
export const known = (values) => values.map((v) => (v === null ? NaN : v)); // JSON has no NaN

// Mean, least and most over seeds at each time; `rows` has one row per seed.
export function spread(rows) {
  return rows[0].map((_, k) => {
    const all = rows.map((row) => row[k]);
    return { mean: all.reduce((sum, v) => sum + v, 0) / all.length, low: Math.min(...all), high: Math.max(...all) };
  });
}

export function band(g, lower, upper, color) {
  g.save();
  g.fillStyle = color; g.globalAlpha = 0.25;
  g.beginPath();
  for (const [x, y] of [...lower, ...[...upper].reverse()]) g.lineTo(x, y);
  g.fill();
  g.restore();
}

// `pick(column, row)` is called for a cell that was pressed, or stepped to with the arrow keys.
export function cellMap(where, pick) {
  const { canvas } = where;
  let box, columns = 1, rows = 1, at = [0, 0];
  const within = (v, count) => Math.max(0, Math.min(count - 1, v));
  drag(canvas, ({ offsetX, offsetY }) => {
    const i = Math.floor((columns * (offsetX - box.left)) / (box.right - box.left)), j = Math.floor((rows * (box.bottom - offsetY)) / (box.bottom - box.top));
    pick(within(i, columns), within(j, rows));
  });
  onArrows(canvas, "map", (right, up) => {
    at = [within(at[0] + right, columns), within(at[1] + up, rows)]; // keys may come faster than drawings
    pick(...at);
  });
  // level(i, j): 0..1, or NaN for a cell without a value; text(i, j): what stands in a cell; bar: words below both ends of the scale of colors.
  return function drawMap({ x, y, xlabel, ylabel, level, colors, picked, bar, text = () => "", over = () => {} }) {
    const sheet = where.begin(), { g, ink } = sheet;
    [columns, rows, at] = [x.length, y.length, picked];
    const ticks = (labels, most) => labels.map((_, i) => i).filter((i) => i % Math.ceil(labels.length / most) === 0);
    const to = axes(sheet, {
      x: [-0.5, columns - 0.5], y: [-0.5, rows - 0.5], xlabel, ylabel, head: 26, xticks: ticks(x, sheet.width < 330 ? 5 : 9), yticks: ticks(y, 5),
      xtick: (i) => x[i], ytick: (i) => y[i],
    });
    box = to.box;
    const wide = (box.right - box.left) / columns, high = (box.bottom - box.top) / rows;
    g.textAlign = "center";
    for (let i = 0; i < columns; i++) {
      for (let j = 0; j < rows; j++) {
        const u = level(i, j), [left, top] = [box.left + i * wide, box.bottom - (j + 1) * high], some = Number.isFinite(u), [red, green, blue] = some ? shade(u, colors) : EMPTY;
        g.fillStyle = `rgb(${red},${green},${blue})`;
        g.fillRect(left, top, wide + 0.5, high + 0.5);
        if (!some) line(g, [[left, top + high], [left + wide, top]], { color: "#777", width: 1 });
      }
    }
    inside(g, box, () => over(g, to));
    for (let i = 0; i < columns; i++) {
      for (let j = 0; j < rows && wide > 36; j++) { // beside the lines, which cross the centers of cells
        const u = level(i, j), [red, green, blue] = Number.isFinite(u) ? shade(u, colors) : EMPTY;
        g.fillStyle = 0.3 * red + 0.59 * green + 0.11 * blue > 128 ? "#000" : "#fff";
        g.fillText(text(i, j), box.left + (i + 0.62) * wide, box.bottom - (j + 0.7) * high);
      }
    }
    const [i, j] = picked, [left, top] = [box.left + i * wide, box.bottom - (j + 1) * high];
    for (const [color, width, inset] of [["#fff", 5, 1], ["#000", 2, 1]]) { // to be seen on every color
      g.strokeStyle = color; g.lineWidth = width; g.strokeRect(left + inset, top + inset, wide - 2 * inset, high - 2 * inset);
    }
    const paint = g.createLinearGradient(box.left, 0, box.right, 0);
    for (let k = 0; k <= 8; k++) paint.addColorStop(k / 8, `rgb(${shade(k / 8, colors).join(",")})`);
    g.fillStyle = paint; g.fillRect(box.left, 2, box.right - box.left, 9);
    g.fillStyle = ink;
    [["left", box.left], ["center", (box.left + box.right) / 2], ["right", box.right]].forEach(([align, place], k) => { g.textAlign = align; g.fillText(bar[k], place, 24); });
    return to;
  };
}
