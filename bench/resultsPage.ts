import { availableParallelism, cpus } from "node:os";
import {
  type Measurement,
  measurements,
  operations,
  ratio,
  ratioByRound,
  sections,
  showSpread,
} from "./results.ts";
import { installedVersions } from "./versions.ts";

const columns = ["benchmark", "what", "unit", "Kindred", "peer", "ratio", "by round", "operations", "seen"];

/** What this process measured, in so many seconds, as a page in Markdown. */
export function resultsPage(seconds: number): string {
  return [
    "# What was measured",
    "",
    "Written by `npm run bench`. Ours and the peer's rounds were run in turn on the same machine; medians, with the least and the",
    "greatest in brackets. The ratio says how many times as good as its peer's median Kindred's is, and `by round` is the median of",
    "the rounds' own ratios. The ceiling is the best reading of ONNX Runtime's own inference of one convolution; the share of it",
    "counts matrix products and convolutions only. Only what this one run measured is here;",
    `it took ${(seconds / 60).toFixed(0)} minutes.`,
    "",
    `Machine: ${machine()}. ${installedVersions()}. ${new Date().toISOString().slice(0, 10)}.`,
    "",
    row(columns),
    row(columns.map(() => "---")),
    ...measurements.map((one) => row(cellsOf(one))),
    "",
    ...sections.flatMap(({ title, lines, picture }) => [
      `## ${title}`,
      "",
      `![${picture.text}](${picture.name})`,
      "",
      ...lines,
      "",
    ]),
  ].join("\n");
}

function cellsOf(one: Measurement): string[] {
  const { bench, what, unit, digits, ours, peer, theirs, note = "" } = one;
  const times = ratio(one);
  return [
    bench,
    what,
    unit,
    showSpread(ours, digits),
    times === null ? `none: ${peer}` : `${peer}: ${showSpread(theirs, digits)}`,
    times?.toFixed(2) ?? "",
    ratioByRound(one)?.toFixed(2) ?? "",
    operations(one),
    note,
  ];
}

/** A row of a table in Markdown. */
export const row = (cells: readonly string[]): string =>
  `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;

/** The processor and the system. */
export function machine(): string {
  const model = cpus()[0]?.model.trim() ?? "unknown processor";
  return `${availableParallelism()} cores of ${model}, ${process.platform} ${process.arch}`;
}
