import { describe, expect, it } from "vitest";
import { InputError } from "../base/index.ts";
import { draw, exactly, expectSame } from "./lossBatch.fixture.ts";
import { lossByName, lossNames } from "./registry.ts";
import { supConLoss } from "./supCon.ts";
import { batchHardTripletLoss } from "./triplet.ts";

describe("lossByName", () => {
  it("makes every loss it names, with the paper's defaults", () => {
    for (const name of lossNames) {
      const { of } = lossByName(name);
      expect({ name, of }).toEqual({
        name,
        of:
          { "cosine-pair": "pairs", "nt-xent": "views", infonce: "views", vicreg: "views" }[name as string] ??
          "labels",
      });
    }
  });

  it("hands the options on", () => {
    const batch = draw({ batch: 8, dim: 4, seed: 1, of: "labels" });
    const [soft, wide] = [
      lossByName("supcon", { temperature: 0.5 }),
      lossByName("triplet-hard", { margin: 1 }),
    ];
    if (soft.of !== "labels" || wide.of !== "labels") throw new Error("both are losses of labels");
    expectSame(
      exactly(soft.loss, batch),
      exactly((x, labels) => supConLoss(x, labels, { temperature: 0.5 }), batch),
      0,
    );
    expectSame(
      exactly(wide.loss, batch),
      exactly((x, labels) => batchHardTripletLoss(x, labels, { margin: 1 }), batch),
      0,
    );
  });

  it.each([
    [
      "arcface",
      {},
      'there is no loss "arcface", expected one of cosine-pair, all-pairs-cosine, supcon, nt-xent',
    ],
    ["toString", {}, 'there is no loss "toString"'],
    ["supcon", { margin: 1 }, "loss supcon was given a margin of 1, but takes temperature: leave it out"],
    ["cosine-pair", { temperature: 1 }, "was given a temperature of 1, but takes no options: leave it out"],
    ["nt-xent", { temperature: 0 }, "loss nt-xent was given a temperature of 0, expected a number above 0"],
    ["margin", { margin: Number.NaN }, "loss margin was given a margin of NaN, expected a number above 0"],
  ])("refuses %s with %j in one line", (name, options, message) => {
    expect(() => lossByName(name, options)).toThrow(InputError);
    expect(() => lossByName(name, options)).toThrow(message);
  });
});
