/** Round numbers from `low` to `high`: multiples of 1, 2 or 5 times a power of ten, about `count` of them. */
export function ticks(low: number, high: number, count: number): number[] {
  if (!(high > low)) return [low];
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].find((factor) => factor * power >= rough * 0.999)! * power;
  const found: number[] = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i++) found.push(i * step);
  return found;
}

/** A tick as text, without the digits that rounding left. */
export function tickText(value: number): string {
  return String(Number(value.toPrecision(6)));
}
