import { describe, expect, it } from "vitest";
import { parseMetrics } from "./metricsFile.ts";

const row = {
  ...{ epoch: 1, trainLoss: 0.5, valLoss: null, lr: 0.01, knn1: null, knnReferences: 0 },
  ...{ mapAtR: null, best: null, seconds: 2, perSecond: 100, unit: "pictures" },
};

describe("parseMetrics", () => {
  it("reads a line for each epoch, whatever the file ends with", () => {
    const line = JSON.stringify(row);
    expect(parseMetrics("", "m")).toEqual([]);
    for (const end of ["", "\n", "\n\n", "\r\n"]) expect(parseMetrics(`${line}${end}`, "m")).toEqual([row]);
    expect(parseMetrics(`${line}\n${JSON.stringify({ ...row, epoch: 2 })}\n`, "m")).toEqual([
      row,
      { ...row, epoch: 2 },
    ]);
  });

  it("reads rows of earlier versions as those of today", () => {
    const { perSecond, unit: _, mapAtR: __, best: ___, ...old } = row;
    expect(parseMetrics(JSON.stringify({ ...old, pairsPerSecond: perSecond }), "m")).toEqual([
      { ...row, unit: "pairs" },
    ]);
  });

  it("keeps what an alignment says of itself", () => {
    for (const aligned of [
      { ...row, scale: 14.5, bias: -9.5, recallAt1: 0.75 },
      { ...row, scale: 14.5, recallAt1: null },
    ])
      expect(parseMetrics(JSON.stringify(aligned), "m")).toEqual([aligned]);
  });

  it("takes the loss of an epoch that diverged, which JSON has as null, for no number", () => {
    expect(parseMetrics(JSON.stringify({ ...row, trainLoss: null }), "m")[0]!.trainLoss).toBeNaN();
  });

  it("names the line that is none of an epoch", () => {
    const line = JSON.stringify(row);
    const refused = (text: string): unknown => {
      try {
        return parseMetrics(text, "run/metrics.jsonl");
      } catch (error) {
        return error;
      }
    };
    expect(String(refused(`${line}\n{"epoch":`))).toMatch(
      /^InputError: run\/metrics\.jsonl: line 2 is not JSON \(Unexpected end of .*, expected the metrics of an epoch: /,
    );
    for (const wrong of ["null", "[]", "7", "{}", JSON.stringify({ ...row, epoch: "one" })]) {
      expect(String(refused(`\n${wrong}`))).toMatch(/^InputError: run\/metrics\.jsonl: line 2: [\w ]+: .+$/);
    }
  });
});
