import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { TensorData } from "../../src/base/index.ts";
import { AbortedError, Encoder, encoderFingerprint, InputError, type Picture } from "../../src/index.node.ts";
import { ImageColumn } from "../../src/modality/image/index.ts";
import { nodeRuntime } from "../../src/node.ts";
import { exportRun } from "../../src/platform/node/export/exportRun.ts";
import { preprocessPicture } from "../../src/platform/node/pictures/decode/preprocessPicture.ts";
import { readRunEncoder } from "../../src/platform/node/run/runEncoder.ts";
import { RunFolder } from "../../src/platform/node/run/runFolder.ts";
import { configuredParts, type RunConfig, writePt } from "../../src/runs/index.ts";
import { Embedder, exportEncoder } from "../../src/train/index.ts";
import { drawnFile, drawnPixels, madeRun } from "./madeRun.fixture.ts";

const preprocessing = { size: 24, channels: 3, fit: "cover" } as const;

describe("Encoder in Node", () => {
  let folder: string;
  let config: RunConfig;
  let weights: Map<string, TensorData>;
  let encoder: Encoder;
  const at = (...parts: string[]) => join(folder, ...parts);

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "kindred-encoder-"));
    ({ config, weights } = await madeRun(at("run"), { preprocessing, classes: ["cat", "dog"] }));
    await exportRun(new RunFolder(at("run")), { format: "onnx", out: at("exported", "encoder.onnx") });
    encoder = await Encoder.load(at("run"), { device: "cpu" });
  });
  afterAll(async () => {
    await encoder?.dispose();
    await rm(folder, { recursive: true, force: true });
  });

  /** What the embedder, which training and evaluation use, makes of files. */
  async function embedded(files: readonly string[]): Promise<Float32Array[]> {
    const pixels = new Uint8Array(files.length * 3 * 24 * 24);
    for (const [i, file] of files.entries()) {
      pixels.set(await preprocessPicture(await readFile(file), file, preprocessing), i * 3 * 24 * 24);
    }
    const runtime = await nodeRuntime({ device: "cpu" });
    const { encoder: module } = configuredParts(config);
    const embedder = await Embedder.fixed(runtime, module, weights);
    const pictures = new ImageColumn({
      ...{ name: "drawn", count: files.length, channels: 3, height: 24, width: 24 },
      ...{ pixels, labels: new Int32Array(files.length) },
    });
    const rows = await embedder.embed(pictures, null);
    await runtime.dispose();
    return files.map((_, i) => rows.subarray(i * 16, (i + 1) * 16));
  }

  const worst = (a: Float32Array, b: Float32Array): number =>
    a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);

  it("gives the embedder's vectors for files of any size, and of length 1 where nothing else is asked", async () => {
    const files: string[] = [];
    for (const [seed, [width, height]] of [
      [24, 24],
      [60, 41],
      [200, 301],
      [9, 9],
    ].entries()) {
      files.push(await drawnFile(at(`of any size ${seed} ü.png`), width!, height!, seed));
    }
    const expected = await embedded(files);
    const raw = await encoder.embed(files, { normalize: false });
    const unit = await encoder.embed(files);
    for (const [i, vector] of expected.entries()) {
      expect(worst(raw[i]!, vector)).toBeLessThan(1e-5);
      const length = Math.hypot(...vector);
      expect(
        worst(
          unit[i]!,
          vector.map((value) => value / length),
        ),
      ).toBeLessThan(1e-6);
    }
  });

  it("is the same from a run, an exported file, its folder, its URL and its bytes, and says what it is", async () => {
    const fingerprint = await encoderFingerprint(weights, config.towers.image);
    const picture = { data: drawnPixels(24, 24, 5), width: 24, height: 24 };
    const [expected] = await encoder.embed([picture]);
    const exported = at("exported", "encoder.onnx");
    const bytes = await readFile(exported);
    const sources = [
      at("run"),
      pathToFileURL(at("run")),
      exported,
      at("exported"),
      bytes,
      Uint8Array.from(bytes).buffer,
    ];
    for (const source of sources) {
      const other = await Encoder.load(source, { device: "cpu", threads: 1 });
      const [vector] = await other.embed([picture]);
      expect(worst(vector!, expected!)).toBeLessThan(1e-6);
      expect(other.dim).toBe(16);
      expect(other.preprocessing).toEqual(preprocessing);
      expect(other.classes).toEqual(["cat", "dog"]);
      expect(other.fingerprint).toBe(fingerprint);
      await other.dispose();
    }
  });

  it("opens a model that says nothing of itself, cutting pictures to their middle", async () => {
    const { encoder: module, weights } = await readRunEncoder(new RunFolder(at("run")), config);
    const plain = await Encoder.load(exportEncoder(module, weights), { device: "cpu" });
    expect(plain.preprocessing).toEqual(preprocessing);
    expect([plain.classes, plain.fingerprint]).toEqual([null, null]);
    const picture = { data: drawnPixels(24, 24, 6), width: 24, height: 24 };
    const [[a], [b]] = [await plain.embed([picture]), await encoder.embed([picture])];
    expect(worst(a!, b!)).toBeLessThan(1e-6);
    await plain.dispose();
  });

  it("takes a path, a URL, bytes, a Blob and pixels alike", async () => {
    const file = await drawnFile(at("one of all kinds.png"), 50, 40, 7);
    const data = drawnPixels(50, 40, 7);
    const rgba = await sharp(data, { raw: { width: 50, height: 40, channels: 3 } })
      .ensureAlpha()
      .raw()
      .toBuffer();
    const bytes = await readFile(file);
    const kinds: Picture[] = [
      file,
      pathToFileURL(file),
      pathToFileURL(file).href,
      bytes,
      Uint8Array.from(bytes).buffer,
      new Blob([bytes]),
      { data, width: 50, height: 40, channels: 3 },
      { data: new Uint8ClampedArray(rgba), width: 50, height: 40 },
    ];
    const vectors = await encoder.embed(kinds);
    for (const vector of vectors) expect([...vector]).toEqual([...vectors[0]!]);
    expect(await encoder.embed([])).toEqual([]);
  });

  it("embeds more pictures than a batch in their order, tells how far it is, and stops when asked to", async () => {
    const pictures = Array.from({ length: 150 }, (_, seed) => ({
      ...{ data: drawnPixels(24, 24, seed % 50), width: 24, height: 24 },
    }));
    const told: [number, number][] = [];
    const vectors = await encoder.embed(pictures, { onProgress: (done, total) => told.push([done, total]) });
    expect(told).toEqual([
      [64, 150],
      [128, 150],
      [150, 150],
    ]);
    for (let i = 50; i < 150; i++) expect(worst(vectors[i]!, vectors[i - 50]!)).toBeLessThan(1e-6);
    expect(worst(vectors[0]!, vectors[1]!)).toBeGreaterThan(1e-4);
    const controller = new AbortController();
    const stopped = encoder.embed(pictures, {
      signal: controller.signal,
      onProgress: () => controller.abort(),
    });
    await expect(stopped).rejects.toThrow(AbortedError);
  });

  it("has the similarity of vectors of any length", () => {
    const a = Array.from({ length: 16 }, (_, i) => (i < 2 ? 3 : 0));
    const b = Array.from({ length: 16 }, (_, i) => (i === 0 ? 5 : 0));
    expect(encoder.similarity(a, b)).toBeCloseTo(Math.SQRT1_2, 12);
    expect(encoder.similarity(a, a)).toBeCloseTo(1, 12);
    expect(encoder.similarity(a, new Float32Array(16))).toBe(0);
    expect(() => encoder.similarity(a, [1])).toThrow(
      "a vector of 1 numbers, expected 16, as this encoder gives them",
    );
  });

  it.each<[string, () => Picture, RegExp]>([
    ["text", () => Buffer.from("hello"), /^picture 1: is no picture that can be read, expected PNG/],
    ["a missing file", () => "/none/of these.png", /^\/none\/of these\.png cannot be read: no such file/],
    ["a web address", () => "https://localhost/a.png", /^https:\/\/localhost\/a\.png is no file: fetch it/],
    [
      "pixels of another size",
      () => ({ data: new Uint8Array(7), width: 2, height: 2 }),
      /^picture 1 has 7 bytes for 2 x 2 pixels, expected 1 to 4 bytes for each pixel$/,
    ],
    [
      "an image of a browser",
      () => ({ width: 1, height: 1, close: () => undefined }),
      /^picture 1 is an image of a browser, expected a path/,
    ],
  ])("refuses %s, by name", async (_, picture, message) => {
    const good = { data: drawnPixels(24, 24, 1), width: 24, height: 24 };
    const error = await encoder.embed([good, picture()]).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(InputError);
    expect((error as Error).message).toMatch(message);
  });

  it("refuses what is no encoder, and what cannot be had of one", async () => {
    await writeFile(at("text.onnx"), "hello");
    await mkdir(at("empty"));
    await mkdir(at("begun"));
    await writeFile(at("begun", "config.json"), JSON.stringify(config));
    const refusal = (source: string, options = {}): Promise<string> =>
      Encoder.load(source, options).then(
        () => "opened",
        (error: unknown) => (error instanceof InputError ? error.message : String(error)),
      );
    expect(await refusal(at("none"))).toBe(
      `${at("none")} cannot be read: no such file or folder: check the path (ENOENT)`,
    );
    expect(await refusal(at("empty"))).toBe(
      `${at("empty")} holds neither a run (config.json), nor its model (model.json), nor an exported encoder (encoder.onnx): train one with kindred train --out ${at("empty")}`,
    );
    expect(await refusal(at("text.onnx"))).toMatch(
      /text\.onnx: 5 bytes that are no ONNX model \(.+\), expected a file such as kindred export writes$/,
    );
    expect(await refusal(at("begun"))).toBe(
      `${at("begun")}: no epoch has been finished, there is: none; train with kindred train --resume --out ${at("begun")}`,
    );
    expect(await refusal(at("run"), { checkpoint: 3 })).toMatch(/epoch 3 has no checkpoint, there is: 0;/);
    expect(await refusal(at("exported"), { checkpoint: 0 })).toMatch(/is one model and has no checkpoints/);
    expect(await refusal(at("run"), { device: "wasm" })).toBe(
      '"wasm" is no device of Node, choose one of auto, cpu, webgpu, cuda, coreml, dml',
    );
    const exported = await Encoder.load(at("exported"), { device: "cpu" });
    await expect(exported.embed([], { normalize: false })).rejects.toThrow(
      "this model gives vectors of length 1 only: leave out normalize: false, or export it with --no-normalize",
    );
    await exported.dispose();
    await expect(exported.embed([])).rejects.toThrow("this encoder was disposed: load it again");
  });

  it("takes another checkpoint of a run", async () => {
    const other = new Map(
      [...weights].map(([name, { dtype, shape, data }]) => [
        name,
        { dtype, shape, data: name.endsWith("weight") ? data.map((x) => -x as never) : data } as TensorData,
      ]),
    );
    await mkdir(at("two", "checkpoints"), { recursive: true });
    await writeFile(at("two", "config.json"), JSON.stringify(config));
    await writeFile(at("two", "checkpoints", "model_epoch_0.pt"), writePt(weights));
    await writeFile(at("two", "checkpoints", "model_epoch_1.pt"), writePt(other));
    const prints: (string | null)[] = [];
    for (const checkpoint of [0, 1]) {
      const loaded = await Encoder.load(at("two"), { checkpoint, device: "cpu" });
      prints.push(loaded.fingerprint);
      await loaded.dispose();
    }
    expect(prints).toEqual([
      await encoderFingerprint(weights, config.towers.image),
      await encoderFingerprint(other, config.towers.image),
    ]);
  });

  it("loads nothing native before an encoder is", async () => {
    const program = `
      import { Encoder } from ${JSON.stringify(new URL("../../src/index.node.ts", import.meta.url).href)};
      const native = () => process.report.getReport().sharedObjects
        .filter((path) => /onnxruntime|vips|sharp|lancedb|koffi/.test(path)).length;
      const before = native();
      const encoder = await Encoder.load(${JSON.stringify(at("run"))});
      await encoder.embed([]);
      console.log(before, native() > 0);
      await encoder.dispose();
    `;
    await writeFile(at("native.mjs"), program);
    const { stdout } = await promisify(execFile)(process.execPath, [at("native.mjs")]);
    expect(stdout.trim()).toBe("0 true");
  });
});
