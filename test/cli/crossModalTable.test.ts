import { describe, expect, it } from "vitest";
import { Rng } from "../../src/base/index.ts";
import { crossModalLines } from "../../src/cli/crossModalTable.ts";
import { crossModalReport, type ModalityEmbeddings } from "../../src/evaluation/index.ts";
import { parseCrossModalReport } from "../../src/runs/index.ts";

const rng = Rng.of(8);
const centres = Float32Array.from({ length: 60 * 8 }, () => rng.normal());
const modality = (name: string, noise: number, rows: number): ModalityEmbeddings => ({
  modality: name,
  labels: Array.from({ length: rows }, (_, row) => row % 60),
  embeddings: Float32Array.from(
    { length: rows * 8 },
    (_, at) => centres[at % centres.length]! + noise * rng.normal(),
  ),
  dim: 8,
});
const senses = [modality("image", 0.3, 120), modality("text", 0.4, 60), modality("audio", 0.6, 180)];
const untrained = senses.map((one) => ({ ...one, embeddings: one.embeddings.map(() => rng.normal()) }));

describe("the table of several modalities", () => {
  it("shows every direction beside what it is compared with, in at most 100 columns", async () => {
    const first = await crossModalReport(senses, { seed: 1, samples: 20 });
    const direct = first.directions.map(({ from, to, plain }) => ({ from, to, metrics: plain! })).slice(0, 1);
    const report = await crossModalReport(senses, {
      seed: 1,
      samples: 20,
      untrained,
      direct,
      prompts: senses[1]!,
    });
    const lines = crossModalLines(report);
    for (const line of lines) expect([...line].length, line).toBeLessThanOrEqual(100);
    const text = lines.join("\n");
    const { recallAt, pool } = report.directions[0]!.plain!;
    const shown = [recallAt["1"].value.toFixed(3), recallAt["10"].value.toFixed(3), String(pool)];
    const line = lines.find((one) => one.startsWith("image → text"))!;
    for (const one of shown) expect(line).toContain(one);
    // No text has another one of its concept.
    expect(lines.filter((one) => one.startsWith("  untrained"))).toHaveLength(8);
    for (const name of [
      "  trained directly",
      "audio by text",
      "image and audio",
      "  by chance",
      "bootstrap over groups",
    ]) {
      expect(text).toContain(name);
    }
  });

  it("is made of a report that was kept as JSON", async () => {
    const report = await crossModalReport(senses.slice(0, 2), { seed: 1, samples: 20 });
    const kept = parseCrossModalReport(JSON.stringify(report), "evaluation.json");
    expect(kept).toEqual(report);
    expect(crossModalLines(kept)).toEqual(crossModalLines(report));
    expect(() => parseCrossModalReport('{"modalities": []}', "evaluation.json")).toThrow(/^evaluation.json/);
  });
});
