import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import golden from "../../test/golden/alignment.json" with { type: "json" };
import { grad } from "../autodiff/index.ts";
import { Rng, tensorData } from "../base/index.ts";
import { buildGraph, type Graph, input } from "../graph/index.ts";
import { exp } from "../ops/index.ts";
import { nodeRuntime } from "../platform/node/ort/devices.ts";
import { evaluateGraph, type Runtime, referenceRuntime } from "../runtime/index.ts";
import { clipLoss } from "./clip.ts";
import { type Computed, draw, expectClose, expectSame, reorder } from "./lossBatch.fixture.ts";
import { sigLipLoss } from "./sigLip.ts";
import { supConLoss } from "./supCon.ts";

interface Case {
  readonly loss: string;
  readonly batch: number;
  readonly dim: number;
  readonly groups: readonly number[];
  readonly present: readonly (readonly number[])[] | null;
  /** One where a modality is compared with itself. */
  readonly inputs: readonly (readonly number[])[];
  readonly logScale: number;
  readonly bias: number;
}

function lossGraph({ loss, batch, dim, present, inputs }: Case): Graph {
  const tensors = inputs.map((_, index) => input(`x${index}`, [batch, dim]));
  const [a, b = a] = tensors;
  const [logScale, bias] = [input("logScale", []), input("bias", [])];
  const [ofA, ofB = ofA] = (present ?? []).map((_, side) => input(`present${side}`, [batch]));
  const rows = {
    groups: input("groups", [batch], "int32"),
    ...(ofA && ofB ? { present: [ofA, ofB] as const } : {}),
  };
  const scale = exp(logScale);
  const value = loss === "clip" ? clipLoss(a!, b!, rows, scale) : sigLipLoss(a!, b!, rows, scale, bias);
  const learned = loss === "clip" ? [logScale] : [logScale, bias];
  const gradients = grad(value, [...tensors, ...learned]);
  return buildGraph({
    name: "alignment",
    outputs: { loss: value, ...Object.fromEntries(gradients.map((tensor, i) => [`by${i}`, tensor])) },
  });
}

function feedsOf({ batch, dim, groups, present, inputs, logScale, bias, loss }: Case) {
  return {
    ...Object.fromEntries(inputs.map((x, i) => [`x${i}`, tensorData("float32", [batch, dim], x)])),
    ...Object.fromEntries((present ?? []).map((x, i) => [`present${i}`, tensorData("float32", [batch], x)])),
    groups: tensorData("int32", [batch], groups),
    logScale: tensorData("float32", [], [logScale]),
    ...(loss === "clip" ? {} : { bias: tensorData("float32", [], [bias]) }),
  };
}

/** Loss and gradients, those by scale and bias last, on the reference in float64. */
function exactly(given: Case): Computed {
  const graph = lossGraph(given);
  const inFloat64: Readonly<Record<string, readonly number[]>> = {
    ...Object.fromEntries(given.inputs.map((x, i) => [`x${i}`, x])),
    ...{ logScale: [given.logScale], bias: [given.bias] },
  };
  const feeds = Object.entries(feedsOf(given)).map(([name, { dtype, shape, data }]) => {
    return [name, { dtype, shape, data: [...(inFloat64[name] ?? Array.from(data, Number))] }] as const;
  });
  const { outputs } = evaluateGraph(graph, new Map(feeds));
  const [loss, ...gradients] = [...graph.outputs.keys()].map((name) => outputs.get(name)!.data);
  return { loss: Number(loss![0]), gradients: gradients.map((data) => Array.from(data, Number)) };
}

async function onRuntime(runtime: Runtime, given: Case): Promise<Computed> {
  const program = await runtime.compile(lossGraph(given));
  const { loss, ...gradients } = await program.run(feedsOf(given));
  await program.dispose();
  return {
    loss: Number(loss!.data[0]),
    gradients: Object.values(gradients).map(({ data }) => Array.from(data, Number)),
  };
}

/** Rows in about `batch / 3` groups, of which some lack a modality. */
function drawn(loss: string, batch: number, seed: number, of: "views" | "labels" = "views"): Case {
  const rng = Rng.of(seed, "aligned");
  const { inputs } = draw({ batch, dim: 5, seed, of });
  const some = (): number[] => Array.from({ length: batch }, () => (rng.float() < 0.7 ? 1 : 0));
  return {
    ...{ loss, batch, dim: 5, inputs, logScale: 1.5, bias: -2 },
    groups: Array.from({ length: batch }, () => rng.int(Math.ceil(batch / 3))),
    present: of === "views" ? [some(), some()] : [some()],
  };
}

const withGroups = (given: Case, groups: readonly number[]): Case => ({ ...given, groups, present: null });

describe.each(["clip", "siglip"])("the loss %s", (loss) => {
  const cases = golden.cases.filter((each) => each.loss === loss);

  it.each(cases)("is PyTorch's for $batch rows of kind $kind, with its gradients", (given) => {
    const { value, gradients, byLogScale, byBias } = given;
    const learned = loss === "clip" ? [[byLogScale]] : [[byLogScale], [byBias]];
    expectSame(exactly(given), { loss: value, gradients: [...gradients, ...learned] }, 1e-10);
  });

  it("does not depend on the order of rows; gradients move along", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.nat(1000), fc.boolean(), (batch, seed, within) => {
        const given = drawn(loss, batch, seed, within ? "labels" : "views");
        const order = Rng.of(seed).permutation(batch);
        const plain = exactly(given);
        const moved = {
          ...given,
          inputs: given.inputs.map((x) => reorder(x, order, 5)),
          groups: reorder(given.groups, order, 1),
          present: given.present!.map((x) => reorder(x, order, 1)),
        };
        const gradients = plain.gradients.map((x, i) => (i < given.inputs.length ? reorder(x, order, 5) : x));
        expectSame(exactly(moved), { loss: plain.loss, gradients }, 1e-10);
      }),
      { seed: 1, numRuns: 30 },
    );
  });

  it("treats both modalities alike, and all rows of a group", () => {
    const given = drawn(loss, 8, 4);
    const { loss: value, gradients } = exactly(given);
    const [byA, byB, ...learned] = gradients;
    const swapped = { ...given, inputs: given.inputs.toReversed(), present: given.present!.toReversed() };
    expectSame(exactly(swapped), { loss: value, gradients: [byB!, byA!, ...learned] }, 1e-10);
    // Captions of one group change places: to each row the other's is as right as its own.
    const groups = [0, 1, 2, 0, 3, 4, 5, 6];
    const [a, b] = given.inputs;
    const exchanged = { ...given, inputs: [a!, reorder(b!, [3, 1, 2, 0, 4, 5, 6, 7], 5)] };
    expectClose(
      [exactly(withGroups(exchanged, groups)).loss],
      [exactly(withGroups(given, groups)).loss],
      1e-10,
    );
    const apart = [0, 1, 2, 7, 3, 4, 5, 6];
    const [plain, other] = [given, exchanged].map((each) => exactly(withGroups(each, apart)).loss);
    expect(Math.abs(plain! - other!)).toBeGreaterThan(1e-2);
  });

  it("takes rows that lack a modality for nothing: what stands in their place does not matter", () => {
    const given = drawn(loss, 9, 7);
    const { gradients } = exactly(given);
    const other = draw({ batch: 9, dim: 5, seed: 99, of: "views" }).inputs;
    const replaced = {
      ...given,
      inputs: given.inputs.map((x, side) =>
        x.map((value, at) => (given.present![side]![Math.floor(at / 5)] === 1 ? value : other[side]![at]!)),
      ),
    };
    expectSame(exactly(replaced), exactly(given), 1e-10);
    for (const [side, mask] of given.present!.entries()) {
      for (const [row, there] of mask.entries()) {
        const ofRow = Array.from(gradients[side]!).slice(5 * row, 5 * row + 5);
        if (there === 0) expect(ofRow.every((value) => value === 0)).toBe(true);
      }
    }
  });

  it("is 0, and so are its gradients, where no row has a positive or none is there", () => {
    const given = {
      ...drawn(loss, 3, 2),
      present: [
        [1, 1, 1],
        [0, 0, 0],
      ],
    };
    const { loss: value, gradients } = exactly(given);
    expect([value, ...gradients.flatMap((x) => Array.from(x))].every((each) => each === 0)).toBe(true);
  });

  const cpu = nodeRuntime({ device: "cpu" });
  afterAll(async () => (await cpu).dispose());
  it("is the same on ONNX Runtime", async () => {
    for (const of of ["views", "labels"] as const) {
      for (const batch of [24, 3, 1]) {
        const given = drawn(loss, batch, 5, of);
        const expected = await onRuntime(referenceRuntime(), given);
        expectSame(await onRuntime(await cpu, given), expected, 3e-6);
      }
    }
  });
});

describe("clipLoss", () => {
  const same = {
    loss: "clip",
    batch: 4,
    dim: 2,
    inputs: [1, 2].map(() => [3, 1, 3, 1, 3, 1, 3, 1]),
    bias: 0,
  };

  it("is log(n) where all rows are one, whatever their groups", () => {
    for (const groups of [
      [0, 1, 2, 3],
      [5, 5, 1, 5],
    ]) {
      expect(exactly({ ...same, groups, present: null, logScale: 2 }).loss).toBeCloseTo(Math.log(4), 12);
    }
  });

  it("is the supervised contrastive loss where a modality is compared with itself", () => {
    const given = { ...drawn("clip", 8, 3, "labels"), present: null, logScale: Math.log(4) };
    const graph = buildGraph({
      name: "supcon",
      outputs: {
        loss: supConLoss(input("x0", [8, 5]), input("groups", [8], "int32"), { temperature: 0.25 }),
      },
    });
    const feeds = new Map(
      Object.entries({ x0: given.inputs[0]!, groups: given.groups }).map(([name, data]) => [
        name,
        {
          dtype: name === "x0" ? ("float32" as const) : ("int32" as const),
          shape: name === "x0" ? [8, 5] : [8],
          data: [...data],
        },
      ]),
    );
    const expected = evaluateGraph(graph, feeds).outputs.get("loss")!.data[0];
    expect(exactly(given).loss).toBeCloseTo(Number(expected), 10);
  });
});

describe("sigLipLoss", () => {
  it("is log(1 + e^-10) for each alike pair and log(1 + e^10) for each other where the scale is 0 and the bias 10", () => {
    const given = { ...drawn("siglip", 3, 1), present: null, groups: [0, 0, 1], logScale: -80, bias: 10 };
    const expected = (5 * Math.log1p(Math.exp(-10)) + 4 * Math.log1p(Math.exp(10))) / 3;
    expect(exactly(given).loss).toBeCloseTo(expected, 10);
  });
});
