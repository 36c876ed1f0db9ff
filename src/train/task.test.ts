import { describe, expect, it } from "vitest";
import { evaluateGradients } from "../autodiff/checkGrad.fixture.ts";
import { Rng, sizeOf } from "../base/index.ts";
import { buildGraph, input, type Tensor } from "../graph/index.ts";
import { cosinePairLoss } from "../losses/index.ts";
import { lessonEncoder } from "../modality/image/index.ts";
import { ForwardPass, initialState } from "../nn/index.ts";
import { evaluateGraph, type Numbers } from "../runtime/index.ts";
import { pairTask } from "./task.ts";

const encoder = lessonEncoder({ size: 10, dim: 3, dropout: 0 });
const task = pairTask(encoder, cosinePairLoss);
const batch = 3;

/** One application after the other, as the lesson's PyTorch code has it. */
function oneAfterTheOther(pass: ForwardPass): Tensor {
  const [anchor, contrastive] = ["anchor.images", "contrastive.images"].map((name) =>
    encoder.forward(input(name, [batch, ...encoder.inputShape]), pass),
  );
  return cosinePairLoss(anchor!, contrastive!, input("target", [batch]));
}

function values(): Map<string, Numbers> {
  const rng = Rng.of(3, "task");
  const known = new Map<string, Numbers>();
  for (const [name, { dtype, shape, data }] of initialState(task, (stream) => Rng.of(1, stream)))
    known.set(name, { dtype, shape, data: Array.from(data, Number) });
  for (const name of ["anchor.images", "contrastive.images"]) {
    const shape = [batch, ...encoder.inputShape];
    known.set(name, {
      dtype: "float32",
      shape,
      data: Array.from({ length: sizeOf(shape) }, () => rng.normal()),
    });
  }
  return known.set("target", { dtype: "float32", shape: [batch], data: [1, 0, 1] });
}

function evaluated(build: (pass: ForwardPass) => Tensor, training: boolean): Map<string, ArrayLike<number>> {
  const pass = new ForwardPass({ training });
  const loss = build(pass);
  const { outputs, updates } = evaluateGraph(
    buildGraph({ name: "pairs", outputs: { loss }, updates: pass.updates }),
    values(),
  );
  const parameters = pass.tensorsOf(task.state.filter(({ trainable }) => trainable));
  const gradients = evaluateGradients(loss, parameters, values());
  return new Map<string, ArrayLike<number>>([
    ["loss", outputs.get("loss")!.data],
    ...[...updates].map(([name, { data }]) => [name, data] as const),
    ...parameters.map(({ source }, i) => [`gradient by ${source.name}`, gradients[i]!] as const),
  ]);
}

describe("pairTask", () => {
  it.each([
    ["training", true],
    ["validation", false],
  ] as const)(
    "gives in %s the loss, gradients and running statistics of encoding one after the other",
    (_, training) => {
      const received = evaluated((pass) => task.loss(batch, pass), training);
      const expected = evaluated(oneAfterTheOther, training);
      expect([...received.keys()].sort()).toEqual([...expected.keys()].sort());
      for (const [name, wanted] of expected) {
        const given = received.get(name)!;
        expect(given).toHaveLength(wanted.length);
        const greatest = Array.from(wanted).reduce((most, value) => Math.max(most, Math.abs(value)), 1e-3);
        for (let i = 0; i < wanted.length; i++) {
          const error = Math.abs(given[i]! - wanted[i]!) / greatest;
          if (!(error <= 1e-5)) expect.fail(`${name}[${i}] is ${given[i]}, expected ${wanted[i]}`);
        }
      }
    },
  );

  it("reads each parameter once, for all applications", () => {
    const loss = task.loss(batch, new ForwardPass({ training: true }));
    const { nodes } = buildGraph({ name: "pairs", outputs: { loss } });
    expect(nodes.filter(({ op }) => op === "Gemm")).toHaveLength(2);
  });
});
