import { describe, expect, it } from "vitest";
import { buildGraph, type OpName } from "../../src/graph/index.ts";
import type { Runtime } from "../../src/runtime/index.ts";
import {
  buildCase,
  feedsOf,
  type KernelCase,
  kernelCases,
  relativeError,
  titleOf,
} from "../golden/kernelCases.ts";

/**
 * Why a runtime cannot compute an operator or one case of it (`Slice: step -2 in the middle`); `MaxPool indices` is the
 * second output of MaxPool alone.
 */
export type Skips = Partial<Record<OpName | "MaxPool indices" | `${OpName}: ${string}`, string>>;

/** Largest error of a float output, as a share of its greatest magnitude. */
const tolerance = 1e-5;

/** Every golden case is computed, each in a program of its own. */
export function kernelSuite(runtime: () => Runtime, skips: Skips): void {
  describe("computes what PyTorch computes", () => {
    for (const kernelCase of kernelCases) {
      const { op } = kernelCase;
      const reason = skips[op] ?? skips[`${op}: ${kernelCase.name}`];
      it.skipIf(reason !== undefined)(titled(titleOf(kernelCase), reason), () =>
        check(runtime(), kernelCase, 0),
      );
      for (let index = 1; index < kernelCase.outputs.length; index++) {
        const noOutput = reason ?? (op === "MaxPool" ? skips["MaxPool indices"] : undefined);
        const title = titled(`${titleOf(kernelCase)}, with output ${index}`, noOutput);
        it.skipIf(noOutput !== undefined)(title, () => check(runtime(), kernelCase, index));
      }
    }
  });
}

function titled(title: string, skipped: string | undefined): string {
  return skipped === undefined ? title : `${title} (skipped: ${skipped})`;
}

/** Runs a case for its outputs up to one: a runtime may choose another kernel when the later ones are not needed. */
async function check(runtime: Runtime, kernelCase: KernelCase, last: number): Promise<void> {
  const { node } = buildCase(kernelCase);
  const wanted = kernelCase.outputs.slice(0, last + 1);
  const outputs = Object.fromEntries(wanted.map((_, index) => [`y${index}`, node.outputs[index]!]));
  const program = await runtime.compile(buildGraph({ name: node.op, outputs }));
  try {
    const results = await program.run(feedsOf(kernelCase));
    expect(Object.keys(results).sort()).toEqual(Object.keys(outputs));
    for (const [index, expected] of wanted.entries()) {
      const actual = results[`y${index}`]!;
      expect(actual).toMatchObject({ dtype: expected.dtype, shape: expected.shape });
      const allowed = expected.dtype === "float32" ? tolerance : 0;
      expect(relativeError(actual.data, expected.values), `y${index}`).toBeLessThanOrEqual(allowed);
    }
  } finally {
    await program.dispose();
  }
}
