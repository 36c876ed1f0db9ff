import { flopsOfUnit } from "./lessonFlops.ts";

/** One thing measured in several rounds, and the same of a peer, in turn with ours. */
export interface Measurement {
  /** Which benchmark it is of, such as `step`. */
  readonly bench: string;
  /** What was done, such as `training pairs a second, batch 64`. */
  readonly what: string;
  readonly unit: string;
  /** Whether more is better (a rate) or less (a time). */
  readonly better: "more" | "less";
  /** Decimals to show. */
  readonly digits: number;
  /** A value for each round. */
  readonly ours: readonly number[];
  /** Name and version of the peer, or why there was none. */
  readonly peer: string;
  /** A value for each round; empty where the peer could not run. */
  readonly theirs: readonly number[];
  /** What else was seen in the same run. */
  readonly note?: string;
}

/** A part of the page after the table, with the picture that it shows. */
export interface Section {
  readonly title: string;
  /** Markdown. */
  readonly lines: readonly string[];
  readonly picture: { readonly name: string; readonly text: string; readonly png: Uint8Array };
}

/** What this process measured so far. */
export const measurements: Measurement[] = [];
export const sections: Section[] = [];
/** GFLOP/s of the processor at its best, as read now and then between what is measured by it. */
export const ceilings: number[] = [];

/** The middle of values, and the least and the greatest. */
export function spread(values: readonly number[]): { median: number; least: number; greatest: number } {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const median = Number.isInteger(middle)
    ? (sorted[middle - 1]! + sorted[middle]!) / 2
    : sorted[Math.floor(middle)]!;
  return { median, least: sorted[0]!, greatest: sorted.at(-1)! };
}

/** How many times as good as the peer's our median is; null without a peer. */
export function ratio({ ours, theirs, better }: Measurement): number | null {
  if (theirs.length === 0) return null;
  return quotient(spread(ours).median, spread(theirs).median, better);
}

/** The median of the rounds' own ratios, which a slow phase of the machine changes less; null without rounds. */
export function ratioByRound({ ours, theirs, better }: Measurement): number | null {
  if (ours.length < 2 || ours.length !== theirs.length) return null;
  return spread(ours.map((own, round) => quotient(own, theirs[round]!, better))).median;
}

const quotient = (own: number, other: number, better: Measurement["better"]): number =>
  better === "more" ? own / other : other / own;

/** `98 GFLOP/s, 57 % of the ceiling`, where a benchmark's operations are known; the share, where a ceiling was read. */
export function operations({ bench, ours }: Measurement): string {
  const flops = flopsOfUnit[bench];
  if (flops === undefined) return "";
  const gflops = (spread(ours).median * flops) / 1e9;
  const rate = `${gflops.toFixed(0)} GFLOP/s`;
  if (ceilings.length === 0) return rate;
  return `${rate}, ${((100 * gflops) / Math.max(...ceilings)).toFixed(0)} % of the ceiling`;
}

/** Keeps a measurement for the page, and prints it. */
export function measured(measurement: Measurement): void {
  measurements.push(measurement);
  const { what, unit, digits, ours, peer, theirs, note = "" } = measurement;
  const parts = [what, `kindred ${showSpread(ours, digits)} ${unit}`];
  const [times, byRound] = [ratio(measurement), ratioByRound(measurement)];
  if (times === null) parts.push(`no peer: ${peer}`);
  else parts.push(`${peer} ${showSpread(theirs, digits)} ${unit}`, `ratio ${times.toFixed(2)}`);
  if (byRound !== null) parts.push(`by round ${byRound.toFixed(2)}`);
  parts.push(operations(measurement), note);
  process.stdout.write(`${parts.filter((part) => part !== "").join("   ")}\n`);
}

/** `median (least to greatest)`, or the one value. */
export function showSpread(values: readonly number[], digits: number): string {
  const { median, least, greatest } = spread(values);
  const show = (value: number): string => value.toFixed(digits);
  return values.length === 1 ? show(median) : `${show(median)} (${show(least)} to ${show(greatest)})`;
}
