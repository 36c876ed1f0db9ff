/** A value over something that passes, such as the epochs. */
export interface CurvePoint {
  readonly x: number;
  readonly y: number;
}

export type CurveScale = "linear" | "log";

/** What an axis shows: its ends and the values named on it. */
export interface Axis {
  readonly low: number;
  readonly high: number;
  readonly ticks: readonly number[];
}

/** An axis from `low` to `high`, widened to steps of 1, 2 or 5 times a power of ten, about `most` of them. */
export function linearAxis(low: number, high: number, most = 4): Axis {
  const span = high > low ? high - low : Math.abs(high) || 1;
  const step = niceStep(span / most);
  const first = Math.floor(low / step + 1e-9);
  const last = Math.max(first + 1, Math.ceil(high / step - 1e-9));
  const ticks: number[] = [];
  for (let at = first; at <= last; at++) ticks.push(Number((at * step).toPrecision(12)));
  return { low: ticks[0]!, high: ticks.at(-1)!, ticks };
}

/** An axis of powers of ten with 1, 2 and 5 of them, as few as hold `low` to `high`, both above 0. */
export function logAxis(low: number, high: number): Axis {
  const marks: number[] = [];
  for (let power = Math.floor(Math.log10(low)) - 1; power <= Math.ceil(Math.log10(high)); power++) {
    for (const factor of [1, 2, 5]) marks.push(Number(`${factor}e${power}`));
  }
  const first = marks.findLastIndex((mark) => mark <= low * (1 + 1e-9));
  const last = Math.max(
    first + 1,
    marks.findIndex((mark) => mark >= high * (1 - 1e-9)),
  );
  const held = marks.slice(Math.max(0, first), last + 1);
  // Over many powers of ten the twos and fives would crowd.
  const ticks = held.length <= 6 ? held : held.filter((mark) => Math.abs(Math.log10(mark) % 1) < 1e-9);
  return { low: held[0]!, high: held.at(-1)!, ticks };
}

/** Where a value lies on an axis, 0 to 1. */
export function partOf(value: number, { low, high }: Axis, scale: CurveScale): number {
  if (scale === "linear") return (value - low) / (high - low);
  return Math.log(value / low) / Math.log(high / low);
}

/** The points that can be drawn on that scale. */
export function drawable(points: readonly CurvePoint[], scale: CurveScale): CurvePoint[] {
  return points.filter(
    ({ x, y }) => Number.isFinite(x) && Number.isFinite(y) && (scale === "linear" || y > 0),
  );
}

/** The index of the point whose x is nearest, by halving; points ascend by x. -1 for none. */
export function nearestPoint(points: readonly CurvePoint[], x: number): number {
  let low = 0;
  let high = points.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (points[middle]!.x < x) low = middle + 1;
    else high = middle;
  }
  const before = points[low - 1];
  return before !== undefined && x - before.x <= points[low]!.x - x ? low - 1 : high;
}

function niceStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  const factor = rough / power;
  if (factor <= 1) return power;
  if (factor <= 2) return 2 * power;
  return factor <= 5 ? 5 * power : 10 * power;
}
