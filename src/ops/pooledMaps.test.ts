import { describe, expect, it } from "vitest";
import { evaluateGradients, weightedSum } from "../autodiff/checkGrad.fixture.ts";
import { Rng, type Shape, sizeOf } from "../base/index.ts";
import { buildGraph, type InputTensor, input, type Tensor } from "../graph/index.ts";
import { evaluateGraph, type Numbers } from "../runtime/index.ts";
import { batchNormMaxPool } from "./batchNormMaxPool.ts";
import { batchNormTraining } from "./batchNormTraining.ts";
import { conv2d } from "./convolution.ts";
import { abs, add, mul, sub } from "./elementwise.ts";
import { concat, reshape, slice } from "./layout.ts";
import { patchMoments } from "./patchMoments.ts";
import { convMaxPool2d, windowPatches } from "./pooledMaps.ts";
import { maxPool2d } from "./pooling.ts";
import { reduceMean } from "./reduction.ts";

/** Values in float64, drawn in steps of 1/4 so that many windows hold equal values. */
function drawn(inputs: readonly InputTensor[], ties: boolean): Map<string, Numbers> {
  const rng = Rng.of(5, "pooled maps");
  return new Map(
    inputs.map(({ source, shape }) => {
      const data = Array.from({ length: sizeOf(shape) }, () =>
        ties ? Math.round(rng.normal()) / 4 : rng.normal(),
      );
      return [source.name, { dtype: "float32", shape, data }];
    }),
  );
}

/** Constants such as 1 / count are float32 in either formula, but stand elsewhere. */
function expectEqual(received: ArrayLike<number>, expected: ArrayLike<number>, what: string): void {
  expect(received).toHaveLength(expected.length);
  const greatest = Array.from(expected).reduce((most, value) => Math.max(most, Math.abs(value)), 1);
  for (let i = 0; i < expected.length; i++) {
    const error = Math.abs(received[i]! - expected[i]!);
    if (!(error <= 1e-6 * greatest)) expect.fail(`${what}[${i}] is ${received[i]}, expected ${expected[i]}`);
  }
}

/** Expects two formulas to have equal values and equal gradients by all inputs, on the reference in float64. */
function expectSameFunction(
  inputs: readonly InputTensor[],
  ours: Readonly<Record<string, Tensor>>,
  expected: Readonly<Record<string, Tensor>>,
  ties = false,
): void {
  const values = drawn(inputs, ties);
  const evaluate = (outputs: Readonly<Record<string, Tensor>>) =>
    evaluateGraph(buildGraph({ name: "formula", outputs }), values).outputs;
  const [received, wanted] = [evaluate(ours), evaluate(expected)];
  for (const [name, { data }] of wanted) expectEqual(received.get(name)!.data, data, name);
  const gradients = (y: Tensor) => evaluateGradients(weightedSum([y], [null], Rng.of(1)), inputs, values);
  const [given, right] = [gradients(ours.y!), gradients(expected.y!)];
  for (const [i, gradient] of right.entries())
    expectEqual(given[i]!, gradient, `gradient by ${inputs[i]!.source.name}`);
}

const forms: readonly [string, Shape, Shape, number][] = [
  ["one channel, by place", [4, 1, 8, 10], [3, 1, 5, 5], 1],
  ["one channel to many, by place", [4, 1, 8, 10], [5, 1, 3, 3], 1],
  ["three channels, by place", [4, 3, 6, 6], [2, 3, 3, 3], 1],
  ["one channel, a row and a column left over", [4, 1, 7, 9], [3, 1, 5, 5], 1],
  ["one channel without padding", [4, 1, 8, 8], [3, 1, 3, 3], 0],
  ["many channels", [4, 6, 8, 7], [3, 6, 5, 5], 1],
];

describe("convMaxPool2d", () => {
  it.each(forms)(
    "%s: is the max-pool of the convolution, in its gradients too",
    (_, xShape, shape, padding) => {
      const inputs = [input("x", xShape), input("weight", shape), input("bias", [shape[0]!])];
      const [x, weight, bias] = inputs as [InputTensor, InputTensor, InputTensor];
      const { pooled } = convMaxPool2d(x, weight, bias, { padding });
      const expected = maxPool2d(conv2d(x, weight, bias, { padding }), 2);
      expectSameFunction(inputs, { y: pooled }, { y: expected });
    },
  );

  it.each(forms)(
    "%s: gives a window's gradient to the first of equal values",
    (_, xShape, shape, padding) => {
      const inputs = [input("x", xShape), input("weight", shape), input("bias", [shape[0]!])];
      const [x, weight, bias] = inputs as [InputTensor, InputTensor, InputTensor];
      const { parts, pooled, unpool } = convMaxPool2d(x, weight, bias, { padding });
      const expected = maxPool2d(conv2d(x, weight, bias, { padding }), 2);
      expectSameFunction(inputs, { y: pooled }, { y: expected }, true);
      // Each part's share of a gradient lies where the part is the maximum.
      expect(parts.map(({ shape }) => shape)).toEqual(unpool(pooled).map(({ shape }) => shape));
    },
  );

  it("computes a first layer without indices, and with as many values as the convolution has", () => {
    const { parts, pooled } = convMaxPool2d(
      input("x", [2, 1, 28, 28]),
      input("w", [8, 1, 5, 5]),
      input("b", [8]),
      {
        padding: 1,
      },
    );
    expect(parts.map(({ shape }) => shape)).toEqual(new Array(4).fill([2, 8, 13, 13]));
    const { nodes } = buildGraph({ name: "first layer", outputs: { pooled } });
    expect(nodes.map(({ op }) => op)).not.toContain("MaxPool");
  });
});

describe("the moments of maps by place", () => {
  const [x, weight, bias] = [input("x", [6, 1, 12, 12]), input("weight", [8, 1, 5, 5]), input("bias", [8])];
  const options = { padding: 1 };

  it("are taken of patches where those have few values beside the output channels, else of the maps", () => {
    expect(convMaxPool2d(x, input("w", [11, 1, 5, 5]), input("b", [11]), options).moments).toBeDefined();
    expect(convMaxPool2d(x, weight, bias, options).moments).toBeUndefined();
  });

  it.each([1, 2, 3])("are those of the convolution's results, of %i applications in turn", (applications) => {
    const n = x.shape[0]!;
    const seen = windowPatches(x, [5, 5], [1, 1, 1, 1]);
    const { mean, variance, count } = patchMoments(seen, weight, bias, applications);
    const maps = reshape(conv2d(x, weight, bias, options), [n / applications, applications * 8, 100]);
    const expectedMean = reduceMean(maps, [0, 2], { keepdims: true });
    const centred = sub(maps, expectedMean);
    expect(count).toBe((n / applications) * 100);
    const expected = {
      mean: reshape(expectedMean, mean.shape),
      variance: reduceMean(mul(centred, centred), [0, 2]),
    };
    const y = add(mul(mean, 2), variance);
    const expectedY = add(mul(expected.mean, 2), expected.variance);
    expectSameFunction([x, weight, bias], { y, mean, variance }, { y: expectedY, ...expected });
  });

  it("have no variance below zero where all pictures are of one colour, and a gradient", () => {
    const flat = Array.from({ length: sizeOf(x.shape) }, () => 0.3);
    const rng = Rng.of(8, "flat");
    const values = new Map<string, Numbers>([
      ["x", { dtype: "float32", shape: x.shape, data: flat }],
      ...[weight, bias].map(({ source, shape }): [string, Numbers] => [
        source.name,
        { dtype: "float32", shape, data: Array.from({ length: sizeOf(shape) }, () => rng.normal()) },
      ]),
    ]);
    const { variance } = patchMoments(windowPatches(x, [5, 5], [0, 0, 0, 0]), weight, bias, 1);
    const { outputs } = evaluateGraph(buildGraph({ name: "flat", outputs: { variance } }), values);
    for (const value of outputs.get("variance")!.data) {
      expect(Number(value)).toBeGreaterThanOrEqual(0);
      expect(Number(value)).toBeLessThan(1e-5);
    }
    const gradients = evaluateGradients(weightedSum([variance], [null], Rng.of(1)), [weight], values);
    expect(Array.from(gradients[0]!).every(Number.isFinite)).toBe(true);
  });
});

describe("batchNormMaxPool", () => {
  it.each(forms)("%s: is batch norm and then max-pool, in its gradients too", (_, xShape, shape, padding) => {
    const c = shape[0]!;
    const inputs = [
      input("x", xShape),
      input("weight", shape),
      input("bias", [c]),
      input("scale", [c]),
      input("offset", [c]),
    ];
    const [x, weight, bias, scale, offset] = inputs as [Tensor, Tensor, Tensor, Tensor, Tensor];
    // Not below zero, where max-pool and scale would change places.
    const positive = add(abs(scale), 0.125);
    const { y, mean, variance, count } = batchNormMaxPool(
      convMaxPool2d(x, weight, bias, { padding }),
      positive,
      offset,
      { epsilon: 0.125 },
    );
    const whole = batchNormTraining(conv2d(x, weight, bias, { padding }), positive, offset, 0.125);
    expect(count).toBe(whole.count);
    expectSameFunction(
      inputs,
      { y, mean, variance },
      { y: maxPool2d(whole.y, 2), mean: whole.mean, variance: whole.variance },
    );
  });

  it("normalises each of the applications that a batch holds in turn by its own statistics", () => {
    const inputs = [
      input("x", [6, 1, 8, 8]),
      input("weight", [2, 1, 3, 3]),
      input("bias", [2]),
      input("scale", [2]),
      input("offset", [2]),
    ];
    const [x, weight, bias, scale, offset] = inputs as [Tensor, Tensor, Tensor, Tensor, Tensor];
    const positive = add(abs(scale), 0.125);
    const twice = (vector: Tensor): Tensor => concat([vector, vector], 0);
    const maps = convMaxPool2d(x, weight, bias, { padding: 1 });
    const together = batchNormMaxPool(maps, twice(positive), twice(offset), {
      applications: 2,
      epsilon: 0.125,
    });
    const apart = [0, 1].map((first) => {
      const own = slice(x, { starts: [first], ends: [6], axes: [0], steps: [2] });
      const { y, ...statistics } = batchNormTraining(
        conv2d(own, weight, bias, { padding: 1 }),
        positive,
        offset,
        0.125,
      );
      return { y: maxPool2d(y, 2), ...statistics };
    });
    const [one, other] = apart.map(({ y }) => reshape(y, [3, 1, 2, 4, 4]));
    expectSameFunction(
      inputs,
      { y: together.y, mean: together.mean, variance: together.variance },
      {
        y: reshape(concat([one!, other!], 1), [6, 2, 4, 4]),
        mean: concat(
          apart.map(({ mean }) => mean),
          0,
        ),
        variance: concat(
          apart.map(({ variance }) => variance),
          0,
        ),
      },
    );
  });
});
