import { describe, expect, it } from "vitest";
import { nodeRuntime } from "../../src/platform/node/ort/devices.ts";
import golden from "../golden/lessonSteps.json" with { type: "json" };
import goldenOf4 from "../golden/lessonStepsOf4.json" with { type: "json" };
import { lessonBatch } from "./lessonInputs.ts";
import { lessonStepGraph, pairTaskStepGraph } from "./lessonTraining.ts";
import { paritySuite } from "./paritySuite.ts";

const makeRuntime = () => nodeRuntime({ device: "cpu", threads: 2 });

describe("the formula's inputs", () => {
  for (const { batch, steps, pixelSums } of [golden, goldenOf4]) {
    it(`are those that PyTorch was given in batches of ${batch}, to the last bit`, () => {
      const sums = [0, steps - 1].map((step) =>
        Float64Array.from(lessonBatch(step, batch)["anchor.images"]!.data, Number).reduce((a, b) => a + b, 0),
      );
      // The golden sums ran over float64 pixels.
      for (const [i, sum] of sums.entries()) expect(sum).toBeCloseTo(pixelSums[i]!, 2);
    });
  }
});

paritySuite("blocked convolutions where this processor has them", makeRuntime, lessonStepGraph, golden);
paritySuite(
  "anchors and contrastives as one batch, as the trainer has them",
  makeRuntime,
  pairTaskStepGraph,
  golden,
);
