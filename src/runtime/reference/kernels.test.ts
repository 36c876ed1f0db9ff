import { describe, expect, it } from "vitest";
import { buildCase, feedsOf, kernelCases, relativeError, titleOf } from "../../../test/golden/kernelCases.ts";
import { buildGraph, type OpName } from "../../graph/index.ts";
import { widen } from "./array64.ts";
import { evaluateGraph } from "./evaluate.ts";
import { kernels } from "./kernels.ts";

describe("reference kernels against PyTorch in float64", () => {
  it.each(kernelCases.map((kernelCase) => [titleOf(kernelCase), kernelCase] as const))(
    "%s",
    (_, kernelCase) => {
      const { node } = buildCase(kernelCase);
      const outputs = Object.fromEntries(node.outputs.map((tensor, index) => [`y${index}`, tensor]));
      const feeds = Object.entries(feedsOf(kernelCase)).map(([name, value]) => [name, widen(value)] as const);
      const results = evaluateGraph(buildGraph({ name: node.op, outputs }), new Map(feeds)).outputs;
      for (const [index, expected] of kernelCase.outputs.entries()) {
        const actual = results.get(`y${index}`)!;
        expect(actual).toMatchObject({ dtype: expected.dtype, shape: expected.shape });
        expect(relativeError(actual.data, expected.values)).toBeLessThan(1e-11);
      }
    },
  );

  it("covers every operator", () => {
    const covered = new Set<OpName>(kernelCases.map(({ op }) => op));
    expect(Object.keys(kernels).filter((op) => !covered.has(op as OpName))).toEqual([]);
  });
});
