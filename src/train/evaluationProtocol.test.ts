import { describe, expect, it } from "vitest";
import { InputError } from "../base/index.ts";
import type { ImageDataset } from "../modality/image/index.ts";
import { type Among, evaluationProtocol } from "./evaluationProtocol.ts";

/** Pictures of classes by name, or of digits where they have no names. */
function pictures(name: string, of: readonly string[], classes?: readonly string[]): ImageDataset {
  return {
    ...{ name, count: of.length, channels: 1, height: 1, width: 1, pixels: new Uint8Array(of.length) },
    labels: Int32Array.from(of, (label) => (classes ? classes.indexOf(label) : Number(label))),
    ...(classes ? { classes } : {}),
  };
}

const names = ["cat", "dog", "owl", "fox"];
const training = pictures("the run's", ["cat", "cat", "dog"], names);

function chosen(of: readonly string[], wanted: Among | null = null, own = false) {
  const { sets, ...rest } = evaluationProtocol(pictures("others", of, names), training, wanted, own);
  return { ...rest, references: sets.references?.count ?? null };
}

describe("evaluationProtocol", () => {
  it("takes the training pictures where all classes were trained on", () => {
    expect(chosen(["dog", "cat"])).toEqual({
      ...{ among: "training", references: 3, newClasses: [], cannotBeRight: 0 },
    });
  });

  it("takes the other queries where a class of other data was not, or all of the run's own were not", () => {
    expect(chosen(["owl", "owl", "cat", "fox"])).toEqual({
      ...{ among: "queries", references: null, newClasses: ["owl", "fox"], cannotBeRight: 2 },
    });
    expect(chosen(["owl", "cat"], null, true)).toMatchObject({ among: "training", cannotBeRight: 1 });
    expect(chosen(["owl", "fox", "fox"], null, true)).toMatchObject({ among: "queries", cannotBeRight: 1 });
  });

  it("does as it is told", () => {
    expect(chosen(["cat", "cat", "dog"], "queries")).toMatchObject({ among: "queries", cannotBeRight: 1 });
    expect(chosen(["owl", "cat"], "training")).toMatchObject({ among: "training", cannotBeRight: 1 });
  });

  it("knows a class by its name, whatever its number", () => {
    const digits = pictures("digits", ["0", "1", "1"]);
    const { sets, newClasses } = evaluationProtocol(
      pictures("x", ["cat", "cat", "dog"], names),
      digits,
      null,
      false,
    );
    expect([sets.references, newClasses]).toEqual([null, ["cat", "dog"]]);
    const other = ["1", "cat", "0"];
    const same = evaluationProtocol(pictures("x", ["0", "1", "cat"], other), digits, "training", false).sets;
    const nameOf = (dataset: ImageDataset): string[] =>
      Array.from(dataset.labels, (label) => dataset.classes![label]!);
    expect(nameOf(same.queries)).toEqual(["0", "1", "cat"]);
    expect(nameOf(same.references!)).toEqual(["0", "1", "1"]);
  });

  it.each<readonly [string, readonly string[], Among | null, RegExp]>([
    [
      "none was trained on",
      ["owl", "fox"],
      "training",
      /^2 queries of others \(owl and fox\) cannot be right: the training pictures are of others \(cat and dog\): .*--among queries/,
    ],
    [
      "each is alone in its class",
      ["owl", "fox"],
      null,
      /^2 queries of others \(owl and fox\) cannot be right: none has another picture of its class, expected 2 or more of a class$/,
    ],
    [
      "there is one class only",
      ["owl", "owl"],
      null,
      /^all 2 queries of others are of one class \(owl\), so that none can be wrong: give pictures of 2 classes or more$/,
    ],
  ])("refuses queries of which %s", (_, of, wanted, message) => {
    const work = () => chosen(of, wanted);
    expect(work).toThrow(InputError);
    expect(work).toThrow(message);
  });
});
