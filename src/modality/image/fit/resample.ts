/** Which old pixels, and with what weight, a new one is made of; the weights of each sum to 1. */
export type Coverage = readonly (readonly { readonly at: number; readonly weight: number }[])[];

/**
 * Of each of `count` new pixels which old ones, from `start` up to `end`, it is made of: the mean of the length that it
 * covers, or, larger, linear between.
 */
export function coverage(start: number, end: number, count: number): Coverage {
  const step = (end - start) / count;
  // A window as wide as a new pixel, or as an old one where those are wider.
  const reach = Math.max(1, step);
  return Array.from({ length: count }, (_, i) => {
    const middle = start + (i + 0.5) * step;
    const [from, to] = [middle - reach / 2, middle + reach / 2];
    const parts: { at: number; weight: number }[] = [];
    for (let at = Math.floor(from); at < to; at++) {
      const weight = (Math.min(to, at + 1) - Math.max(from, at)) / reach;
      if (weight > 0) parts.push({ at: Math.min(end - 1, Math.max(start, at)), weight });
    }
    return parts;
  });
}

/**
 * The same by a kernel, as photographs are scaled: Lanczos' of three lobes where they become smaller, Catmull and Rom's
 * cubic where they become larger.
 *
 * @param origin where the first new pixel begins, in old ones; may lie between two
 * @param step old pixels to a new one
 * @param size old pixels there are
 */
export function kernelCoverage(origin: number, step: number, count: number, size: number): Coverage {
  const scale = Math.max(1, step);
  const [kernel, lobes] = step > 1 ? [lanczos3, 3] : [catmullRom, 2];
  return Array.from({ length: count }, (_, i) => {
    const middle = origin + (i + 0.5) * step - 0.5;
    const reach = lobes * scale;
    const parts: { at: number; weight: number }[] = [];
    let total = 0;
    for (let at = Math.ceil(middle - reach); at <= middle + reach; at++) {
      const weight = kernel((at - middle) / scale);
      if (weight === 0) continue;
      total += weight;
      parts.push({ at: Math.min(size - 1, Math.max(0, at)), weight });
    }
    return parts.map(({ at, weight }) => ({ at, weight: weight / total }));
  });
}

/**
 * A plane of pixels at another size: across, then down.
 *
 * @param plane `[height, width]`
 * @param stride numbers from one pixel to the next, as in `[height, width, 4]`
 * @returns `[down, across]`
 */
export function resampledPlane(
  plane: ArrayLike<number>,
  { width, height }: { readonly width: number; readonly height: number },
  across: Coverage,
  down: Coverage,
  stride = 1,
  offset = 0,
): Float32Array<ArrayBuffer> {
  const lines = new Float32Array(height * across.length);
  for (let y = 0; y < height; y++) {
    for (const [x, parts] of across.entries()) {
      let sum = 0;
      for (const { at, weight } of parts) sum += weight * plane[(y * width + at) * stride + offset]!;
      lines[y * across.length + x] = sum;
    }
  }
  const result = new Float32Array(down.length * across.length);
  for (const [y, parts] of down.entries()) {
    for (const { at, weight } of parts) {
      for (let x = 0; x < across.length; x++) {
        result[y * across.length + x]! += weight * lines[at * across.length + x]!;
      }
    }
  }
  return result;
}

/**
 * Pixels of one or three channels at another size: the same as {@link resampledPlane} of each, faster for many pictures.
 *
 * @param data `[height, width, channels]`
 * @returns `[down, across, channels]`
 */
export function resampledPixels(
  data: Uint8Array | Float32Array,
  { width, height, channels }: { readonly width: number; readonly height: number; readonly channels: 1 | 3 },
  across: Coverage,
  down: Coverage,
): Float32Array<ArrayBuffer> {
  const rowLength = across.length * channels;
  const lines = new Float32Array(height * rowLength);
  const used = new Uint8Array(height);
  for (const parts of down) for (const { at } of parts) used[at] = 1;
  const { from, at, weights } = listed(across, channels);
  for (let y = 0; y < height; y++) {
    if (used[y] === 0) continue;
    const row = y * width * channels;
    let to = y * rowLength;
    for (let x = 0; x < across.length; x++) {
      let [first, second, third] = [0, 0, 0];
      const end = from[x + 1]!;
      for (let i = from[x]!; i < end; i++) {
        const place = row + at[i]!;
        const weight = weights[i]!;
        first += weight * data[place]!;
        if (channels === 1) continue;
        second += weight * data[place + 1]!;
        third += weight * data[place + 2]!;
      }
      lines[to++] = first;
      if (channels === 1) continue;
      lines[to++] = second;
      lines[to++] = third;
    }
  }
  const result = new Float32Array(down.length * rowLength);
  for (let y = 0; y < down.length; y++) {
    const to = y * rowLength;
    for (const part of down[y]!) {
      const { weight } = part;
      const line = part.at * rowLength;
      for (let i = 0; i < rowLength; i++) result[to + i]! += weight * lines[line + i]!;
    }
  }
  return result;
}

/** A coverage in flat lists, which are faster to go through. */
function listed(
  coverage: Coverage,
  stride: number,
): { readonly from: Int32Array; readonly at: Int32Array; readonly weights: Float64Array } {
  const from = new Int32Array(coverage.length + 1);
  for (const [i, parts] of coverage.entries()) from[i + 1] = from[i]! + parts.length;
  const parts = coverage.flat();
  return {
    from,
    at: Int32Array.from(parts, ({ at }) => at * stride),
    weights: Float64Array.from(parts, ({ weight }) => weight),
  };
}

function lanczos3(x: number): number {
  if (x === 0) return 1;
  if (Math.abs(x) >= 3) return 0;
  const angle = Math.PI * x;
  return (3 * Math.sin(angle) * Math.sin(angle / 3)) / (angle * angle);
}

function catmullRom(x: number): number {
  const far = Math.abs(x);
  if (far < 1) return 1 + far * far * (1.5 * far - 2.5);
  return far < 2 ? 2 + far * (-4 + far * (2.5 - 0.5 * far)) : 0;
}
