import { describe, expect, it } from "vitest";
import { InputError, Rng, tensorData } from "../base/index.ts";
import { buildGraph, input, scalar, type Tensor } from "../graph/index.ts";
import { clipLoss, sigLipLoss } from "../losses/index.ts";
import { ForwardPass, initialState } from "../nn/index.ts";
import { add, mul } from "../ops/index.ts";
import { adamW, constantRate, sgd } from "../optim/index.ts";
import { referenceRuntime } from "../runtime/index.ts";
import { type Task, Trainer, trainingGraph } from "../train/index.ts";
import { type AlignmentLoss, alignmentTask } from "./alignmentTask.ts";
import { lockedTower } from "./locked.ts";
import { senses, senseTower, widths } from "./senses.fixture.ts";

const runtime = referenceRuntime();
const batch = 5;
const towers = [senseTower("image"), senseTower("text"), lockedTower("audio", 8)];
const pairs = [
  { between: ["image", "text"], weight: 2 },
  { between: ["image", "audio"] },
  { between: ["image", "image"], weight: 0.5 },
] as const;
const initial = (task: Task) => initialState(task, (name) => Rng.of(1, name));

/** A batch in which some rows lack a modality. */
function feeds() {
  const rng = Rng.of(2, "feeds");
  const matrix = (width: number) =>
    tensorData(
      "float32",
      [batch, width],
      Array.from({ length: batch * width }, () => rng.normal()),
    );
  return {
    "image.values": matrix(widths.image),
    "text.values": matrix(widths.text),
    "audio.embedding": matrix(8),
    "image.present": tensorData("float32", [batch], [1, 1, 1, 0, 1]),
    "text.present": tensorData("float32", [batch], [1, 0, 1, 1, 1]),
    "audio.present": tensorData("float32", [batch], [1, 1, 0, 0, 1]),
    groups: tensorData("int32", [batch], [3, 1, 3, 0, 1]),
  };
}

async function lossOf(loss: Tensor, task: Task): Promise<number> {
  const program = await runtime.compile(buildGraph({ name: "loss", outputs: { loss } }));
  const store = await runtime.createStore(initial(task));
  const { loss: value } = await program.run(feeds(), { store });
  return Number(value!.data[0]);
}

describe("alignmentTask", () => {
  it.each(["clip", "siglip"] as const)("is the weighted sum of its pairs' losses, by %s", async (loss) => {
    const task = alignmentTask({ towers, pairs, loss });
    const pass = new ForwardPass({ training: false });
    const embedded = new Map(
      (["image", "text"] as const).map((modality) => {
        const values = input(`${modality}.values`, [batch, widths[modality]]);
        return [modality, senseTower(modality).embed({ values }, pass.within(modality))] as const;
      }),
    );
    const audio = input("audio.embedding", [batch, 8]);
    const [image, text] = [embedded.get("image")!, embedded.get("text")!];
    const present = (modality: string) => input(`${modality}.present`, [batch]);
    const masks = { image: present("image"), text: present("text"), audio: present("audio") };
    const groups = input("groups", [batch], "int32");
    const one = (a: Tensor, b: Tensor, ofA: Tensor, ofB: Tensor) => {
      const rows = { groups, present: [ofA, ofB] } as const;
      return loss === "clip"
        ? clipLoss(a, b, rows, scalar(1 / 0.07))
        : sigLipLoss(a, b, rows, scalar(10), scalar(-10));
    };
    const expected = add(
      add(mul(one(image, text, masks.image, masks.text), 2), one(image, audio, masks.image, masks.audio)),
      mul(one(image, image, masks.image, masks.image), 0.5),
    );
    const received = await lossOf(task.loss(batch, new ForwardPass({ training: false })), task);
    expect(received).toBeCloseTo(await lossOf(expected, task), 4);
  });

  it("keeps each tower's state behind its modality, under the names that it has by itself", () => {
    const { towers: own, state } = alignmentTask({ towers, pairs, loss: "siglip" });
    const names = ["0.weight", "0.bias", "2.weight", "2.bias"];
    expect(own.get("text")!.state.map(({ name }) => name)).toEqual(names.map((name) => `text.${name}`));
    expect(own.get("audio")!.state).toEqual([]);
    expect(state.map(({ name }) => name)).toEqual([
      ...names.map((name) => `image.${name}`),
      ...names.map((name) => `text.${name}`),
      "logit_scale",
      "logit_bias",
    ]);
    const started = initial(alignmentTask({ towers, pairs }));
    expect(started.get("logit_scale")!.data[0]).toBeCloseTo(Math.log(1 / 0.07), 6);
    expect(started.has("logit_bias")).toBe(false);
  });

  it.each([
    ["up to 100", 4.6, -100, Math.log(100)],
    ["down to 1", 0.01, 100, 0],
    ["freely between", 1, 0.25, 0.75],
  ])("holds the scale %s, and never lets weight decay act on it", async (_, start, gradient, expected) => {
    const task = alignmentTask({ towers, pairs });
    const scale = task.state.find(({ name }) => name === "logit_scale")!;
    const only: Task = {
      ...task,
      state: [scale],
      loss: (_batch, pass) => mul(pass.state("logit_scale", []), gradient),
    };
    const graph = trainingGraph(only, sgd({ weightDecay: 0.5 }), 1);
    const store = await runtime.createStore(new Map([["logit_scale", tensorData("float32", [], [start])]]));
    const program = await runtime.compile(graph);
    await program.run({ "sgd.learningRate": tensorData("float32", [], [1]) }, { store });
    expect((await store.read()).get("logit_scale")!.data[0]).toBeCloseTo(expected, 6);
  });

  it("begins a tower with the weights given, and another at random", async () => {
    const training = senses("training", 12, 1);
    const image = [...initialState(senseTower("image"), (name) => Rng.of(77, name))];
    const given = new Map(image.map(([name, value]) => [`image.${name}`, value]));
    const two = alignmentTask({ towers: towers.slice(0, 2), pairs: pairs.slice(0, 1) });
    const options = {
      ...{ runtime, training, validation: { ...training, count: 0 }, optimizer: adamW(), epochs: 1 },
      ...{ schedule: constantRate(0.01), task: two, batchSize: 6, seed: 3 },
    };
    const [plain, begun] = [
      await Trainer.create(options),
      await Trainer.create({ ...options, initial: given }),
    ];
    const [before, after] = [await plain.encoderState(), await begun.encoderState()];
    expect(after.get("image.0.weight")).toEqual(given.get("image.0.weight"));
    expect(after.get("text.0.weight")).toEqual(before.get("text.0.weight"));
    expect(before.get("image.0.weight")).not.toEqual(given.get("image.0.weight"));
    const missing = new Map([...given].slice(1));
    await expect(Trainer.create({ ...options, initial: missing })).rejects.toThrow(
      'the initial state: tensor "image.0.weight" is missing',
    );
    for (const trainer of [plain, begun]) await trainer.dispose();
  });

  const between = (...modalities: [string, string]) => ({ between: modalities });
  it.each([
    [
      { pairs: [between("image", "smell")] },
      "the pair image–smell has no tower for smell (found image, text, audio)",
    ],
    [{ pairs: [between("image", "text")] }, "the tower of audio is in no pair"],
    [{ towers: [], pairs: [] }, "there are no pairs, and an alignment learns from pairs"],
    [{ towers: [...towers, senseTower("text")] }, "two towers embed text, expected one for each modality"],
    [
      { towers: [senseTower("image", 4), ...towers.slice(1)] },
      "the tower of text embeds in 8 dimensions and that of image in 4",
    ],
    [{ pairs: [...pairs, between("text", "image")] }, "the pair text–image is there twice"],
    [
      { pairs: [{ ...between("image", "text"), weight: 0 }] },
      "the pair image–text has a weight of 0, expected a number above 0",
    ],
    [
      { towers: [lockedTower("image", 8), lockedTower("text", 8)], pairs: [between("image", "text")] },
      "all towers (image, text) are locked",
    ],
  ])("refuses what does not fit: %#", (given, message) => {
    const make = () => alignmentTask({ towers, pairs, loss: "clip" satisfies AlignmentLoss, ...given });
    expect(make).toThrow(InputError);
    expect(make).toThrow(message);
  });
});
