// A small generator with the same numbers in every language (mulberry32).
export function generator(seed) {
  let s = seed >>> 0;
  return () => {
    s = (s + 0x6d2b79f5) >>> 0;
    let x = Math.imul(s ^ (s >>> 15), s | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return ((x ^ (x >>> 14)) >>> 0) / 4294967296;
  };
}

// Standard normal numbers, two from each pair of uniform ones (Box and Muller).
export function normals(seed, count) {
  const draw = generator(seed), out = new Float64Array(count);
  for (let i = 0; i < count; i += 2) {
    const size = Math.sqrt(-2 * Math.log1p(-draw())), turn = 2 * Math.PI * draw();
    out[i] = size * Math.cos(turn);
    if (i + 1 < count) out[i + 1] = size * Math.sin(turn);
  }
  return out;
}
