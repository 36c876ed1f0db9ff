import { describe, expect, it } from "vitest";
import { InputError, Rng, type TensorData, tensorData } from "../../base/index.ts";
import { compactEncoder } from "../../modality/image/index.ts";
import { initialState } from "../../nn/index.ts";
import { fittedWeights } from "./fittedWeights.ts";
import { writePt } from "./pt.ts";
import { writeSafetensors } from "./safetensors.ts";
import { readWeightsFile } from "./weightsFile.ts";

const encoder = compactEncoder({ size: 12, width: 2, dim: 3 });
const state = initialState(encoder, (name) => Rng.of(1, name));
const number = tensorData("float32", [2], [1, 2]);

function fitted(change: (weights: Map<string, TensorData>) => Iterable<readonly [string, TensorData]>) {
  return fittedWeights(state, new Map(change(new Map(state))), "w.pt");
}

function refusal(
  change: (weights: Map<string, TensorData>) => Iterable<readonly [string, TensorData]>,
): string {
  try {
    fitted(change);
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    expect((error as Error).message).not.toContain("\n");
    return (error as Error).message;
  }
  throw new Error("the weights were taken, expected an InputError");
}

const under = (prefix: string) => (weights: Map<string, TensorData>) =>
  [...weights].map(([name, tensor]) => [prefix + name, tensor] as const);

describe("fittedWeights", () => {
  it("takes weights as they are without a word", () => {
    expect(fitted((weights) => weights)).toEqual({ weights: state, notes: [] });
    expect([...fitted((weights) => [...weights].reverse()).weights.keys()]).toEqual([...state.keys()]);
  });

  it.each(["module.", "_orig_mod.", "encoder.", "model.", "module._orig_mod.encoder.", "0."])(
    "takes the prefix %s off, and says so",
    (prefix) => {
      expect(fitted(under(prefix))).toEqual({
        weights: state,
        notes: [`w.pt: the prefix "${prefix}" of its names was taken off`],
      });
    },
  );

  it("passes over what is beside the encoder: a classifier, a projection head, another model's", () => {
    expect(fitted((weights) => [...weights, ["fc.weight", number], ["fc.bias", number]])).toEqual({
      weights: state,
      notes: ['w.pt: 2 tensors beside the encoder passed over: "fc.weight" and "fc.bias"'],
    });
    expect(fitted((weights) => [["queue", number], ...under("encoder.")(weights)])).toEqual({
      weights: state,
      notes: [
        'w.pt: the prefix "encoder." of its names was taken off',
        'w.pt: a tensor beside the encoder passed over: "queue"',
      ],
    });
  });

  it("counts batches from 0 where they are not there", () => {
    const { weights, notes } = fitted((all) =>
      [...all].filter(([name]) => !name.endsWith("num_batches_tracked")),
    );
    expect(weights).toEqual(state);
    expect(notes).toEqual(["w.pt: has no num_batches_tracked: counted from 0"]);
  });

  it("refuses what is another encoder, by the names without their prefix", () => {
    const [first] = state.keys();
    expect(refusal((weights) => under("module.")(weights).slice(1))).toBe(
      `w.pt: tensor "${first}" is missing, expected shape [2,1,5,5]; it holds ${state.size - 1} tensors: it belongs to another encoder`,
    );
    const layer = first!.split(".")[0];
    expect(refusal((weights) => under("module.")(weights.set(`${layer}.9.weight`, number)))).toBe(
      `w.pt: tensor "${layer}.9.weight" of shape [2] is not part of this encoder, expected only its ${state.size} tensors`,
    );
    expect(refusal((weights) => weights.set(first!, number))).toContain(
      `w.pt: tensor "${first}" has shape [2], expected [2,1,5,5]`,
    );
    expect(refusal(() => [["other", number]])).toContain(
      'it holds "other" instead: it belongs to another encoder',
    );
  });

  it("refuses a file with the encoder in it twice, since one of them is meant", () => {
    expect(refusal((weights) => [...under("student.")(weights), ...under("teacher.")(weights)])).toBe(
      'w.pt: holds this encoder 2 times, under "student." and "teacher.": save the one that is meant, torch.save(model.state_dict(), path)',
    );
  });

  it.each([Number.NaN, Infinity, -Infinity])("names the tensor that holds %s", (value) => {
    const [first] = state.keys();
    const wrong = tensorData("float32", [2, 1, 5, 5], [...new Array<number>(49).fill(0), value]);
    expect(refusal((weights) => weights.set(first!, wrong))).toBe(
      `w.pt: tensor "${first}" holds ${value} (value 49 of 50), expected finite numbers: the training that it is from went astray, so take an earlier checkpoint`,
    );
  });
});

describe("readWeightsFile", () => {
  it("goes by what is in a file, not by its name", () => {
    expect(readWeightsFile(writePt(state), "x.ckpt")).toEqual(state);
    expect(new Map([...readWeightsFile(writeSafetensors(state), "x.pt")])).toEqual(state);
  });

  it("refuses anything else in one line", () => {
    for (const text of ["", "label,pixel0", "{}", "version https://git-lfs.github.com/spec/v1"]) {
      expect(() => readWeightsFile(new TextEncoder().encode(text), "x.pt")).toThrow(InputError);
    }
  });
});
