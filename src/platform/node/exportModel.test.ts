import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Rng, type TensorData, tensorData } from "../../base/index.ts";
import { compactEncoder, ImageColumn, type ImageDataset } from "../../modality/image/index.ts";
import { initialState } from "../../nn/index.ts";
import { readModel } from "../../onnx/index.ts";
import {
  descriptionEntries,
  descriptionFrom,
  type EncoderDescription,
  exportForPixels,
  exportForTransformers,
} from "../../runs/index.ts";
import type { Runtime } from "../../runtime/index.ts";
import { Embedder, exportEncoder } from "../../train/index.ts";
import { nodeRuntime } from "./ort/devices.ts";
import { ModelSession } from "./ort/modelSession.ts";

const size = 12;
const dim = 5;
const count = 7;

function described(channels: 1 | 3, normalized: boolean): EncoderDescription {
  return {
    encoder: "compact",
    dim,
    preprocessing: { size, channels, fit: "contain" },
    normalized,
    classes: ["a cat", "ein Hund"],
    fingerprint: "f".repeat(64),
    epoch: 3,
  };
}

/** `[n, channels, size, size]` to `[n, size, size, channels]`. */
function interleaved(pixels: Uint8Array, channels: number): Uint8Array {
  const area = size * size;
  return pixels.map((_, at) => {
    const [n, within] = [Math.floor(at / (area * channels)), at % (area * channels)];
    return pixels[n * area * channels + (within % channels) * area + Math.floor(within / channels)]!;
  });
}

function unit(rows: Float32Array): Float32Array {
  return rows.map((value, at) => {
    const row = rows.subarray(Math.floor(at / dim) * dim, Math.floor(at / dim) * dim + dim);
    return value / Math.hypot(...row);
  });
}

function worst(a: Float32Array, b: Float32Array): number {
  expect(a.length).toBe(b.length);
  return a.reduce((most, value, at) => Math.max(most, Math.abs(value - b[at]!)), 0);
}

describe("an exported model", () => {
  let runtime: Runtime;
  beforeAll(async () => {
    runtime = await nodeRuntime({ device: "cpu" });
  });
  afterAll(() => runtime.dispose());

  for (const channels of [1, 3] as const) {
    const encoder = compactEncoder({ channels, size, dim, width: 4 });
    const weights = initialState(encoder, (name) => Rng.of(1, name));
    const pixels = new Uint8Array(count * channels * size * size);
    const rng = Rng.of(2, "pixels");
    for (let at = 0; at < pixels.length; at++) pixels[at] = rng.int(256);
    const pictures: ImageDataset = {
      ...{ name: "drawn", count, channels, height: size, width: size },
      ...{ pixels, labels: new Int32Array(count) },
    };
    const ours = async (): Promise<Float32Array> => {
      const embedder = await Embedder.fixed(runtime, encoder, weights);
      const embedded = await embedder.embed(new ImageColumn(pictures), null);
      await embedder.dispose();
      return embedded;
    };
    const run = async (model: Uint8Array, output: string, feeds: Record<string, TensorData>) => {
      const session = await ModelSession.open(model, "model", [output], { device: "cpu" });
      const values = await session.run(feeds);
      await session.dispose();
      return values[output]!.data as Float32Array;
    };

    it.each([true, false])(
      `takes bytes of ${channels} channels and gives what the embedder does, of length 1: %s`,
      async (normalized) => {
        const description = described(channels, normalized);
        const metadata = descriptionEntries(description);
        const model = exportForPixels({ onnx: exportEncoder(encoder, weights), description, metadata });
        const feed = tensorData("uint8", [count, size, size, channels], interleaved(pixels, channels));
        const embedded = await run(model, "embedding", { pixels: feed });
        const expected = await ours();
        expect(worst(embedded, normalized ? unit(expected) : expected)).toBeLessThan(1e-5);

        const file = readModel(model, "model.onnx");
        expect(file.inputs).toEqual([
          { name: "pixels", dtype: "uint8", type: "uint8", shape: ["batch", size, size, channels] },
        ]);
        expect(file.outputs).toEqual([
          { name: "embedding", dtype: "float32", type: "float32", shape: ["batch", dim] },
        ]);
        expect(file.metadata.get("kindred.preprocessing")).toBe(
          `{"size":12,"channels":${channels},"fit":"contain"}`,
        );
        expect(file.metadata.get("encoder")).toBe("compact");
        expect(descriptionFrom(file.metadata, "model.onnx")).toEqual(description);
      },
    );

    it(`gives @huggingface/transformers the same from ${channels === 1 ? "three equal channels" : "colours"}`, async () => {
      const description = described(channels, true);
      const model = exportForTransformers({
        onnx: exportEncoder(encoder, weights),
        description,
        metadata: {},
      });
      const area = size * size;
      const colours = new Float32Array(count * 3 * area);
      for (let at = 0; at < colours.length; at++) {
        const [n, within] = [Math.floor(at / (3 * area)), at % (3 * area)];
        const from = n * channels * area + (channels === 1 ? within % area : within);
        // As its image processor scales, in float32.
        colours[at] = (Math.fround(pixels[from]! * (1 / 255)) - 0.5) / 0.5;
      }
      const feed = tensorData("float32", [count, 3, size, size], colours);
      const expected = unit(await ours());
      const session = await ModelSession.open(model, "model", ["image_embeds", "pooler_output"], {
        device: "cpu",
      });
      const values = await session.run({ pixel_values: feed });
      await session.dispose();
      expect(worst(values.image_embeds!.data as Float32Array, expected)).toBeLessThan(1e-5);
      expect(values.pooler_output).toEqual(values.image_embeds);
    });
  }

  it("keeps a row of zeros, which has no length, as it is", async () => {
    const encoder = compactEncoder({ channels: 1, size, dim, width: 4 });
    const zeros = new Map(
      [...initialState(encoder, (name) => Rng.of(1, name))].map(([name, { dtype, shape, data }]) => {
        const last = name.startsWith("linear");
        return [name, { dtype, shape, data: last ? data.map(() => 0 as never) : data } as TensorData];
      }),
    );
    const model = exportForPixels({
      onnx: exportEncoder(encoder, zeros),
      description: described(1, true),
      metadata: {},
    });
    const session = await ModelSession.open(model, "model", ["embedding"], { device: "cpu" });
    const feed = tensorData("uint8", [1, size, size, 1], new Uint8Array(size * size));
    expect([...(await session.run({ pixels: feed })).embedding!.data]).toEqual([0, 0, 0, 0, 0]);
    await session.dispose();
  });
});

describe("reading a model", () => {
  it.each([
    ["nothing", new Uint8Array(), /^m\.onnx: 0 bytes that are no ONNX model \(it has no graph\), expected/],
    [
      "text",
      new TextEncoder().encode("<!doctype html>"),
      /^m\.onnx: 15 bytes that are no ONNX model \(.+\), expected/,
    ],
  ])("refuses %s", (_, bytes, message) => {
    expect(() => readModel(bytes, "m.onnx")).toThrow(message);
  });

  it("says which entry of a description is wrong", () => {
    const entries = new Map(Object.entries(descriptionEntries(described(1, true))));
    entries.set("kindred.preprocessing", '{"size":0,"channels":1,"fit":"cover"}');
    expect(() => descriptionFrom(entries, "m.onnx")).toThrow(
      "m.onnx: its entry kindred.preprocessing: size: expected number to be >=1, received 0, in the description of an encoder: export the encoder anew",
    );
  });
});
