import { availableParallelism, cpus } from "node:os";
import { type Measurement, operations, ratio, ratioByRound, showSpread } from "./results.ts";

const columns = [
  "benchmark",
  "what",
  "unit",
  "Kindred",
  "peer",
  "ratio",
  "by round",
  "operations",
  "seen",
  "when",
];

/** What one run of one benchmark measured. */
export interface ResultsEntry {
  readonly when: string;
  /** Machine and versions. */
  readonly where: string;
  /** Cells of its rows, as {@link cellsOf} makes them. */
  readonly rows: readonly (readonly string[])[];
  readonly sections: readonly {
    readonly title: string;
    readonly lines: readonly string[];
    readonly picture: { readonly name: string; readonly text: string };
  }[];
}

/** The newest results of each benchmark as a page in Markdown. */
export function resultsPage(entries: readonly ResultsEntry[]): string {
  return [
    "# What was measured",
    "",
    "Written by `npm run bench`. Ours and the peer's rounds were run in turn on the same machine; medians, with the least and the",
    "greatest in brackets. The ratio says how many times as good as its peer's median Kindred's is, and `by round` is the median of",
    "the rounds' own ratios. The ceiling is the best reading of ONNX Runtime's own inference of one convolution; the share of it",
    "counts matrix products and convolutions only. Rows of one benchmark are of one run of it, its newest.",
    "",
    ...[...new Set(entries.map(({ where }) => where))].map((where) => `Machine: ${where}.`),
    "",
    row(columns),
    row(columns.map(() => "---")),
    ...entries.flatMap(({ rows, when }) => rows.map((cells) => row([...cells, when]))),
    "",
    ...entries.flatMap(({ sections }) =>
      sections.flatMap(({ title, lines, picture }) => [
        `## ${title}`,
        "",
        `![${picture.text}](${picture.name})`,
        "",
        ...lines,
        "",
      ]),
    ),
  ].join("\n");
}

/** A measurement as cells of the page's table, all but when it was. */
export function cellsOf(one: Measurement): string[] {
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
  // It decides which kernels the peers' matrix products run; convolutions do not go by it.
  const blas = process.env.OPENBLAS_CORETYPE;
  const setting = blas ? `, OPENBLAS_CORETYPE=${blas} for the peers` : "";
  return `${availableParallelism()} cores of ${model}, ${process.platform} ${process.arch}${setting}`;
}
