import { availableParallelism, cpus } from "node:os";
import { installedVersions } from "./versions.ts";

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
  const [own, other] = [spread(ours).median, spread(theirs).median];
  return better === "more" ? own / other : other / own;
}

const measurements: Measurement[] = [];

/** Keeps a measurement for {@link resultsPage}, and prints it. */
export function measured(measurement: Measurement): void {
  measurements.push(measurement);
  const { what, unit, digits, ours, peer, theirs, note } = measurement;
  const parts = [what, `kindred ${showSpread(ours, digits)} ${unit}`];
  const times = ratio(measurement);
  if (times === null) parts.push(`no peer: ${peer}`);
  else parts.push(`${peer} ${showSpread(theirs, digits)} ${unit}`, `ratio ${times.toFixed(2)}`);
  if (note !== undefined) parts.push(note);
  process.stdout.write(`${parts.join("   ")}\n`);
}

/** `median (least to greatest)`, or the one value. */
export function showSpread(values: readonly number[], digits: number): string {
  const { median, least, greatest } = spread(values);
  const show = (value: number): string => value.toFixed(digits);
  return values.length === 1 ? show(median) : `${show(median)} (${show(least)} to ${show(greatest)})`;
}

/** What this process measured, as a page in Markdown. */
export function resultsPage(): string {
  const rows = measurements.map((one) => {
    const { bench, what, unit, digits, ours, peer, theirs, note = "" } = one;
    const times = ratio(one);
    const other = times === null ? `none: ${peer}` : `${peer}: ${showSpread(theirs, digits)}`;
    const cells = [bench, what, unit, showSpread(ours, digits), other, times?.toFixed(2) ?? "", note];
    return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  });
  return [
    "# What was measured",
    "",
    "Written by `npm run bench`. Ours and the peer's rounds were run in turn on the same machine; medians, with the least and the",
    "greatest in brackets. The ratio says how many times as fast as its peer Kindred is. Only what this one run measured is here.",
    "",
    `Machine: ${machine()}. ${installedVersions()}. ${new Date().toISOString().slice(0, 10)}.`,
    "",
    "| benchmark | what | unit | Kindred | peer | ratio | seen |",
    "| --- | --- | --- | --- | --- | --- | --- |",
    ...rows,
    "",
  ].join("\n");
}

function machine(): string {
  const model = cpus()[0]?.model.trim() ?? "unknown processor";
  return `${availableParallelism()} cores of ${model}, ${process.platform} ${process.arch}`;
}
