import { describe, expect, it } from "vitest";
import { Encoder, Model } from "../../src/index.browser.ts";
import { InputError, type Picture } from "../../src/index.ts";
import type { WasmPaths } from "../../src/web.ts";

/** An encoder that the page's server has, with pictures and what Node makes of them. */
export interface EmbedCase {
  readonly run: string;
  readonly files: readonly EmbedCaseFile[];
  /** What `Model.embed` gives in Node. */
  readonly texts: readonly { readonly text: string; readonly vector: readonly number[] }[];
}

export interface EmbedCaseFile {
  readonly name: string;
  /** What `Encoder.embed` gives in Node, of length 1. */
  readonly vector: readonly number[];
  /** Least cosine similarity of a browser's vector with it. */
  readonly near: number;
}

/** `Encoder` of `kindred` in a browser beside what it gives in Node. */
export function embedSuite(
  cases: readonly EmbedCase[],
  wasmPaths: WasmPaths,
  fileOf: (name: string) => string,
): void {
  describe("Encoder", () => {
    const loaded = (run: string) => Encoder.load(fileOf(`${run}/`), { wasmPaths });

    for (const { run, files } of cases) {
      it(`embeds files as in Node: ${run}`, async () => {
        const encoder = await loaded(run);
        const vectors = await encoder.embed(files.map(({ name }) => fileOf(name)));
        const found = files.map(({ name, vector, near }, i) => {
          const similarity = encoder.similarity(vectors[i]!, vector);
          const most = Math.max(...vector.map((value, at) => Math.abs(value - vectors[i]![at]!)));
          return { name, similarity, most, near: near === 1 ? most < 1e-5 : similarity >= near };
        });
        await encoder.dispose();
        expect(found).toEqual(found.map((one) => ({ ...one, near: true })));
      });
    }

    it("is the tower of a model, which embeds texts as in Node", async () => {
      const { run, files, texts } = cases[1]!;
      const encoder = await loaded(run);
      const model = await Model.load(fileOf(`${run}/model`), { wasmPaths });
      expect([model.modalities, model.dim, model.epoch]).toEqual([["image", "text"], encoder.dim, 0]);
      expect(model.description.towers.image!.fingerprint).toBe(encoder.fingerprint);
      const places = files.map(({ name }) => fileOf(name));
      const [found, expected] = [
        await model.embed(places.map((image) => ({ image }))),
        await encoder.embed(places),
      ];
      const most = found.flatMap((row, i) => [...row].map((x, k) => Math.abs(x - expected[i]![k]!)));
      expect(Math.max(...most)).toBeLessThan(1e-6);
      const said = await model.embed(texts.map(({ text }) => ({ text })));
      const apart = said.flatMap((row, i) => [...row].map((x, k) => Math.abs(x - texts[i]!.vector[k]!)));
      expect(Math.max(...apart)).toBeLessThan(1e-5);
      expect(model.similarity(found[0]!, expected[0]!)).toBeGreaterThan(0.99999);
      const refusal = (work: Promise<unknown>): Promise<string> =>
        work.then(
          () => "taken",
          (error: unknown) => (error instanceof InputError ? error.message : `${error}`),
        );
      expect(await refusal(model.embed([{ audio: "a cat.wav" }]))).toBe(
        "query 0 is of audio, expected one of image, text, as this model takes",
      );
      await Promise.all([encoder.dispose(), model.dispose()]);
      expect(await refusal(model.embed([{ image: places[0]! }]))).toBe(
        "this model was disposed: load it again",
      );
      expect(await refusal(Model.load(fileOf(run), { wasmPaths }))).toBe(
        `${fileOf(`${run}/model.json`)} cannot be fetched: the server answered 404`,
      );
    });

    it("takes a URL, bytes, a Blob, what can be drawn, and pixels alike", async () => {
      const { run, files } = cases.at(-1)!;
      const encoder = await loaded(run);
      const place = fileOf(files[0]!.name);
      const blob = await (await fetch(place)).blob();
      const bytes = await blob.arrayBuffer();
      const { bitmap, canvas, imageData } = await drawn(blob);
      const kinds: Picture[] = [
        place,
        new URL(place),
        new Uint8Array(bytes),
        bytes,
        blob,
        bitmap,
        canvas,
        imageData,
      ];
      const vectors = await encoder.embed(kinds);
      for (const vector of vectors) expect([...vector]).toEqual([...vectors[0]!]);
      expect(Math.hypot(...vectors[0]!)).toBeCloseTo(1, 6);
      expect(encoder.fingerprint).toMatch(/^[0-9a-f]{64}$/);
      const again = await Encoder.load(await (await fetch(fileOf(`${run}/encoder.onnx`))).arrayBuffer(), {
        wasmPaths,
      });
      expect([...(await again.embed([place]))[0]!]).toEqual([...vectors[0]!]);
      expect(again.fingerprint).toBe(encoder.fingerprint);
      await Promise.all([encoder.dispose(), again.dispose()]);
    });

    it("refuses what is no picture or no encoder", async () => {
      const encoder = await loaded(cases[0]!.run);
      const refusal = (work: Promise<unknown>): Promise<string> =>
        work.then(
          () => "taken",
          (error: unknown) => (error instanceof InputError ? error.message : `${error}`),
        );
      const text = new TextEncoder().encode("hello");
      expect(await refusal(encoder.embed([text]))).toMatch(
        /^picture 0 is no picture that this browser reads: /,
      );
      const missing = fileOf("missing.png");
      expect(await refusal(encoder.embed([missing]))).toBe(
        `${missing} cannot be fetched: the server answered 404`,
      );
      await encoder.dispose();
      expect(await refusal(Encoder.load(fileOf("nothing/")))).toBe(
        `${fileOf("nothing/encoder.onnx")} cannot be fetched: the server answered 404`,
      );
      expect(await refusal(Encoder.load(text))).toMatch(/^the 5 bytes given: 5 bytes that are no ONNX model/);
      expect(await refusal(Encoder.load(text, { device: "cuda" }))).toBe(
        '"cuda" is no device of a browser, choose one of auto, wasm, webgpu',
      );
    });
  });
}

/** What of a browser is used here, where its types are not. */
interface Bitmap {
  readonly width: number;
  readonly height: number;
  close(): void;
}
interface Canvas {
  readonly width: number;
  readonly height: number;
  getContext(kind: "2d"): {
    drawImage(image: Bitmap, x: number, y: number): void;
    getImageData(
      x: number,
      y: number,
      width: number,
      height: number,
    ): { readonly data: Uint8ClampedArray; readonly width: number; readonly height: number };
  };
}
interface Drawing {
  createImageBitmap(source: Blob): Promise<Bitmap>;
  readonly OffscreenCanvas: new (width: number, height: number) => Canvas;
}

async function drawn(blob: Blob) {
  const { createImageBitmap, OffscreenCanvas } = globalThis as typeof globalThis & Drawing;
  const bitmap = await createImageBitmap(blob);
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  const context = canvas.getContext("2d");
  context.drawImage(bitmap, 0, 0);
  return { bitmap, canvas, imageData: context.getImageData(0, 0, bitmap.width, bitmap.height) };
}
