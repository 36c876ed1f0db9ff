import { describe, expect, it } from "vitest";
import { AbortedError, Rng } from "../../base/index.ts";
import { ImageColumn, type ImageDataset } from "../../modality/image/index.ts";
import { initialState } from "../../nn/index.ts";
import { configuredParts, fastConfig } from "../../runs/index.ts";
import { referenceRuntime } from "../../runtime/index.ts";
import type { SpaceMessage } from "../backend.ts";
import type { Message } from "../message.ts";
import { type SpacedRun, type SpaceHost, Spaces } from "./spaces.ts";

const count = 20;
const pictures: ImageDataset = {
  ...{ name: "noise", count, channels: 1, height: 8, width: 8 },
  pixels: Uint8Array.from({ length: count * 64 }, (_, i) => (i * i * 31) % 256),
  labels: Int32Array.from({ length: count }, (_, i) => i % 2),
};
const { encoder } = configuredParts(
  fastConfig({
    ...{ source: "noise", limit: null, validation: 0, seed: 1, init: null, record: false },
    ...{ channels: 1, size: 8, dim: 4, width: 2 },
  }),
);
const run: SpacedRun = {
  shown: { labels: pictures.labels, word: "pictures" },
  info: { best: null, checkpoints: [0, 1], dim: 4, labelled: true },
};

/** Spaces of two checkpoints, which checkpoints were embedded, and what was laid out. */
function spaces(changes: Partial<SpaceHost<SpacedRun>> = {}) {
  const embedded: number[] = [];
  let layouts = 0;
  const host: SpaceHost<SpacedRun> = {
    runtime: async () => referenceRuntime(),
    layout: async ({ start }) => {
      layouts++;
      return start;
    },
    towers: async (_, checkpoint) => {
      embedded.push(checkpoint);
      const weights = initialState(encoder, (name) => Rng.of(checkpoint, name));
      return [{ tower: encoder, weights, column: new ImageColumn(pictures) }];
    },
    embeddingsKey: async (_, checkpoint) => String(checkpoint),
    hindrance: () => null,
    refusal: (reason) => new Error(`refused: ${reason}`),
    ...changes,
  };
  return { spaces: new Spaces(host), embedded, layouts: () => layouts };
}

async function told(of: Spaces<SpacedRun>, checkpoint: number, signal = new AbortController().signal) {
  const messages: SpaceMessage[] = [];
  await of.tell(run, checkpoint, (message) => void messages.push(message), signal);
  return messages;
}
const types = (messages: readonly Message[]): string[] =>
  messages.map(({ head }) => head.type).filter((type) => type !== "progress");

describe("spaces", () => {
  it("are computed once for all who ask, who hear the same", async () => {
    const { spaces: of, embedded, layouts } = spaces();
    const [first, second] = await Promise.all([told(of, 1), told(of, 1)]);
    expect(types(first)).toEqual(["points", "neighbours", "umap", "end"]);
    expect(second).toEqual(first);
    expect([embedded, layouts()]).toEqual([[1, 0], 1]);
    const { arrays } = await of.embeddings(run, 1);
    expect(arrays.embeddings).toHaveLength(count * 4);
    const pairs = await of.hardPairs(run, 1);
    expect(await of.hardPairs(run, 1)).toBe(pairs);
    expect(embedded).toEqual([1, 0]);
  });

  it("of other checkpoints lie as the default's does, which is computed first", async () => {
    const { spaces: of, layouts } = spaces();
    const messages = await told(of, 0);
    expect(types(messages)).toEqual(["points", "neighbours", "umap", "end"]);
    const doing = messages.flatMap(({ head }) => (head.type === "progress" ? [head.doing] : []));
    expect(doing).toContain("epoch 2 first: embedding pictures");
    expect(layouts()).toBe(2);
    await told(of, 1);
  });

  it("are read where they are stored, and computed only where nothing hinders it", async () => {
    const kept = new Map<string, readonly Message[]>();
    const store = {
      read: async (_: SpacedRun, __: number, key: string) => kept.get(key) ?? null,
      write: async (_: SpacedRun, __: number, key: string, messages: readonly Message[]) =>
        void kept.set(key, messages),
    };
    const whole = await told(spaces({ store }).spaces, 1);
    const hindered = spaces({ store, hindrance: () => "a training is under way" });
    expect(await told(hindered.spaces, 1)).toEqual(whole.filter(({ head }) => head.type !== "progress"));
    await expect(told(hindered.spaces, 0)).rejects.toThrow("refused: a training is under way");
    await expect(hindered.spaces.hardPairs(run, 1)).rejects.toThrow("refused: a training is under way");
    expect(hindered.embedded).toEqual([]);
  });

  it("that wait for their turn are refused where a training has begun meanwhile", async () => {
    let training = false;
    const started = Promise.withResolvers<void>();
    const { spaces: of } = spaces({
      hindrance: () => (training ? "a training is under way" : null),
      layout: async ({ start }) => {
        started.resolve();
        return start;
      },
    });
    const first = told(of, 1);
    const waiting = of.embeddings(run, 0);
    waiting.catch(() => undefined);
    await started.promise;
    training = true;
    await first.catch(() => undefined);
    await expect(waiting).rejects.toThrow("refused: a training is under way");
  });

  it("end with the last who asks, or by an interruption, and can be asked for again", async () => {
    const { spaces: of, layouts } = spaces();
    const leaving = new AbortController();
    const left = told(of, 1, leaving.signal);
    const interrupted = told(of, 0);
    leaving.abort();
    await expect(left).rejects.toBeInstanceOf(AbortedError);
    of.interrupt("a training has begun");
    await expect(interrupted).rejects.toThrow("refused: a training has begun");
    expect(layouts()).toBe(0);
    expect(types(await told(of, 1))).toEqual(["points", "neighbours", "umap", "end"]);
    await of.close("the end");
  });
});
