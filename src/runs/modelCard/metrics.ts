import type { EvaluationFile } from "../evaluationFile.ts";
import type { ModelCardInput } from "./modelCardInput.ts";

type Measured = EvaluationFile["encoder"];

const rows: readonly (readonly [string, (evaluation: Measured) => number | null])[] = [
  ["1-NN accuracy", (e) => e.knn1],
  ["10-NN accuracy", (e) => e.knn10],
  ["recall@5", (e) => e.recallAt["5"]],
  ["MAP@R", (e) => e.mapAtR],
  ["silhouette (cosine)", (e) => e.silhouette],
];

/** What the encoder reached, beside the baselines where `kindred eval` has measured them, and where that is from. */
export function metrics({ evaluation, history, description }: Omit<ModelCardInput, "name">): string {
  const epoch = description.epoch ?? 0;
  if (evaluation) {
    const { queries, references, among, cannotBeRight, encoder, untrained, pixels } = evaluation;
    const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
    const value = (x: number | null): string => (x === null ? "-" : x.toFixed(4));
    const table = [
      line(["", "this encoder", "untrained", "pixels"]),
      line(["---", "---", "---", "---"]),
      ...rows.map(([label, of]) => line([label, ...[encoder, untrained, pixels].map((e) => value(of(e)))])),
    ];
    const other =
      evaluation.epoch === epoch
        ? ""
        : ` They are those of the checkpoint after epoch ${evaluation.epoch + 1}, not of this one.`;
    const where =
      among === "training"
        ? `${references} training pictures`
        : "each other, as their classes were not trained on";
    const left =
      cannotBeRight === 0 ? "" : ` ${cannotBeRight} with no other picture of their class there are left out.`;
    return [
      `Measured by \`kindred eval\`: ${queries.count} ${queries.of} pictures looked for among ${where}.${left}${other}`,
      table.join("\n"),
      "The other columns are what any encoder has to beat: the same network before training, and the pixels themselves.",
    ].join("\n\n");
  }
  const row = history.find((one) => one.epoch === epoch + 1);
  const knn1 = row?.knn1 ?? null;
  const missing =
    "No baselines: `kindred eval --run` measures the untrained network and raw pixels beside the encoder, and an export after it has them here.";
  if (!row || knn1 === null) return `Not measured. ${missing}`;
  return [
    `From the training's own \`metrics.jsonl\`: 1-NN accuracy ${knn1.toFixed(4)} of the validation pictures, looked for among ${row.knnReferences} training pictures, after epoch ${row.epoch}.`,
    missing,
  ].join("\n\n");
}
