import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { encodeWav } from "../../src/modality/audio/index.ts";
import { Model } from "../../src/platform/node/model/model.ts";
import { nodeRuntime } from "../../src/platform/node/ort/devices.ts";
import { type Explorer, startExplorer } from "../../src/server/index.ts";
import { openRun } from "../../src/server/openRun.ts";
import { filesOf, type Hello, type Message, type PreviewsHead } from "../../src/workspace/index.ts";
import { kindred, kindredOk, temporaryFolder } from "../cli/kindred.fixture.ts";
import { asked, messageOf, messagesOf, testToken, writePage } from "./explorer.fixture.ts";

const things: readonly string[] = ["red", "green", "blue"];
/** Of each thing that many pictures, each with a name and a tone: the last two validate. */
const each = 10;
const rate = 8000;

const folder = temporaryFolder();
const run = () => folder.at("runs", "tones");
let explorer: Explorer;

beforeAll(async () => {
  await writeItems(folder.at("items"));
  const towers = ["--encoder", "compact", "--width", "8", "--dim", "16", "--size", "16", "--no-augment"];
  const training = ["--recipe", "align", "--validation", "6", "--epochs", "8", "--batch-size", "24"];
  const data = ["--data", folder.at("items", "items.jsonl")];
  await kindredOk(["train", ...data, ...towers, ...training, "--out", run()]);
  await writePage(folder.at("page"));
  explorer = await startExplorer({ run: run(), page: folder.at("page"), port: 0, token: testToken });
});
afterAll(() => explorer?.close());

const get = async (path: string): Promise<Response> => asked(explorer.url, path);
const post = (path: string, body: string | Blob): Promise<Response> =>
  asked(explorer.url, path, { method: "POST", body });
const hello = async () => ((await (await get("api/hello")).json()) as Hello).run!;

describe("the explorer on a run of pictures, texts and recordings", () => {
  it("tells of its modalities, how each is asked about, and how it was trained", async () => {
    const info = await hello();
    expect(info).toMatchObject({
      ...{ name: "tones", recipe: "align", loss: "clip", epochs: 8, dim: 16, best: null, snapshots: 0 },
      ...{ labelled: true, classNames: ["blue", "green", "red"], layers: null },
      checkpoints: [0, 1, 2, 3, 4, 5, 6, 7],
      modalities: [
        {
          ...{ modality: "image", preview: { kind: "pixels", width: 16, height: 16, channels: 3 } },
          query: { kind: "image", digits: false, input: { width: 16, height: 16, channels: 3 } },
        },
        { modality: "text", preview: { kind: "file" }, query: { kind: "text" } },
        { modality: "audio", preview: { kind: "file" }, query: { kind: "audio", seconds: 2 } },
      ],
    });
    expect(info.count).toBe(info.modalities.reduce((sum, { count }) => sum + count, 0));
    for (const { recallAt1, scale } of info.metrics) {
      expect(recallAt1).toBeGreaterThanOrEqual(0);
      expect(scale).toBeGreaterThan(1);
    }
    // What a picture training would be started with says nothing of this run.
    const { datasets } = (await (await get("api/hello")).json()) as Hello;
    expect(datasets.map(({ name }) => name)).toEqual(["mnist", "mnist-60k"]);
  });

  it("maps all three, and keeps the map for the next time", async () => {
    const { count } = await hello();
    const heads = async () => {
      const messages = await messagesOf(await get("api/space"));
      return messages.filter(({ head }) => head.type !== "progress");
    };
    const messages = await heads();
    expect(messages.map(({ head }) => head.type)).toEqual(["points", "neighbours", "umap", "end"]);
    expect(messages[0]!.head).toMatchObject({ count, dim: 16, checkpoint: 7 });
    expect(await heads()).toEqual(messages);
    const kept = await readFile(join(run(), "explorer", "space_validation_epoch_7.bin"));
    expect(kept.length).toBeGreaterThan(1000);
    const { arrays } = await messageOf(await get("api/embeddings"));
    expect(arrays.embeddings).toHaveLength(count * 16);
  });

  it("shows a picture, a text and a recording", async () => {
    const { modalities } = await hello();
    const [pictures, texts] = modalities.map(({ count }) => count) as [number, number, number];
    const rows = Uint32Array.of(pictures + texts, 0, pictures);
    const message = await messageOf(await post("api/previews", new Blob([rows])));
    const head = message.head as PreviewsHead;
    expect(head).toMatchObject({
      inFiles: [true, false, true],
      picture: { width: 16, height: 16, channels: 3 },
      mediaTypes: ["audio/wav", "text/plain"],
    });
    const [sound, text] = filesOf(head, message.arrays);
    expect(new TextDecoder("latin1").decode(sound!.bytes.subarray(0, 4))).toBe("RIFF");
    const { labels } = (await messagesOf(await get("api/space"))).find(
      ({ head: { type } }) => type === "points",
    )!.arrays;
    const names = (await hello()).classNames!;
    expect(new TextDecoder().decode(text!.bytes)).toContain(names[Number(labels![pictures])]);
    // Of its thing the picture has the colour.
    const channel = things.indexOf(names[Number(labels![0])]!);
    const pixels = Array.from(things, (_, at) => Number(message.arrays.pixels![at * 256 + 136]));
    expect(pixels.indexOf(Math.max(...pixels))).toBe(channel);
  });

  it("puts a text, a recording and a picture beside what they are of, as the run's model does", async () => {
    const { embeddings } = (await messageOf(await get("api/embeddings"))).arrays;
    const { labels } = (await messagesOf(await get("api/space"))).find(
      ({ head }) => head.type === "points",
    )!.arrays;
    const names = (await hello()).classNames!;
    const model = await Model.load(run(), { device: "cpu" });
    const picture = await drawn(1, 5);
    const tone = await sounded(2, 7);
    const cases = [
      {
        modality: "text",
        content: new TextEncoder().encode("a red thing"),
        of: "red",
        value: "a red thing",
        preview: "text/plain",
      },
      { modality: "image", content: picture, of: "green", value: picture, preview: "image/webp" },
      { modality: "audio", content: tone, of: "blue", value: tone, preview: "audio/wav" },
    ] as const;
    for (const { modality, content, of, value, preview } of cases) {
      const answer = await messageOf(await post(`api/embed?modality=${modality}`, new Blob([content])));
      expect(answer.head).toMatchObject({ type: "embedded", note: null });
      const vector = answer.arrays.embedding as Float32Array;
      const [expected] = await model.embed([{ [modality]: value }]);
      for (const [i, number] of expected!.entries()) expect(vector[i]).toBeCloseTo(number, 5);
      expect(names[Number(labels![nearest(embeddings as Float32Array, vector)])], modality).toBe(of);
      const [shown] = filesOf(answer.head as PreviewsHead, answer.arrays);
      expect(shown!.mediaType).toBe(preview);
    }
    await model.dispose();
  });

  it("asks the towers of any checkpoint, and says what a tower did not take", async () => {
    const at = async (checkpoint: number): Promise<Message> =>
      messageOf(await post(`api/embed?modality=text&checkpoint=${checkpoint}`, "red"));
    const [first, last] = await Promise.all([at(0), at(7)]);
    expect(first.arrays.embedding).not.toEqual(last.arrays.embedding);
    const long = await messageOf(await post("api/embed?modality=audio", new Blob([await sounded(0, 3, 5)])));
    expect(long.head).toMatchObject({ note: "Only the 2 seconds in its middle were heard." });
    const text = await messageOf(await post("api/embed?modality=text", "red ".repeat(200)));
    expect(text.head).toMatchObject({
      note: "The text is longer than its tower takes: only its beginning was read.",
    });
    for (const [modality, content, status, detail] of [
      ["text", " ", 422, /empty/],
      ["audio", "no sound", 422, /the recording/],
      ["image", "no picture", 422, /no picture that can be read/],
      ["smell", "roses", 409, /no tower that embeds smell: ask about pictures, texts, recordings/],
    ] as const) {
      const answer = await post(`api/embed?modality=${modality}`, content);
      expect({ modality, status: answer.status }).toEqual({ modality, status });
      expect(((await answer.json()) as { detail: string }).detail).toMatch(detail);
    }
  });

  it("hands over its tower of pictures, by which the page embeds them", async () => {
    const answer = await get("api/encoder");
    expect(answer.headers.get("content-disposition")).toContain("encoder_epoch_7.onnx");
    const own = await readFile(join(run(), "model", "image.onnx"));
    expect(Buffer.from(await answer.arrayBuffer()).equals(own)).toBe(true);
  });

  it("opens what there is of a run that is being trained", async () => {
    const begun = folder.at("runs", "begun");
    await cp(run(), begun, { recursive: true });
    for (const there of ["model", "explorer", "checkpoints"])
      await rm(join(begun, there), { recursive: true });
    const runtime = await nodeRuntime({ device: "cpu" });
    expect(await openRun(begun, { runtime: async () => runtime })).toBeNull();
    await cp(join(run(), "checkpoints", "model_epoch_0.pt"), join(begun, "checkpoints", "model_epoch_0.pt"));
    const opened = (await openRun(begun, { runtime: async () => runtime }))!;
    expect(opened.info).toMatchObject({ name: "begun", epochs: 8, checkpoints: [0] });
    const question = {
      modality: "text",
      checkpoint: 0,
      content: Buffer.from("blue"),
      mediaType: "text/plain",
    };
    const { embedding } = await opened.embedQuery!(question, new AbortController().signal);
    const before = await messageOf(await post("api/embed?modality=text&checkpoint=0", "blue"));
    expect(embedding).toEqual(before.arrays.embedding);
    await runtime.dispose();
  });

  it("is of no one part of its pictures", async () => {
    const { code, stderr } = await kindred(["view", "--run", run(), "--split", "train", "--port", "0"]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/--split train names pictures of a run of pictures/);
  });
});

function nearest(embeddings: Float32Array, vector: Float32Array): number {
  let [best, most] = [-1, Number.NEGATIVE_INFINITY];
  for (let row = 0; row < embeddings.length / vector.length; row++) {
    const similarity = vector.reduce(
      (sum, value, i) => sum + value * embeddings[row * vector.length + i]!,
      0,
    );
    if (similarity > most) [best, most] = [row, similarity];
  }
  return best;
}

async function writeItems(path: string): Promise<void> {
  await mkdir(path, { recursive: true });
  const lines: string[] = [];
  for (const [at, thing] of things.entries()) {
    for (let i = 0; i < each; i++) {
      const [image, audio] = [`${thing}${i}.png`, `${thing}${i}.wav`];
      await writeFile(join(path, image), await drawn(at, i));
      await writeFile(join(path, audio), await sounded(at, i));
      const text = [thing, `a ${thing} thing`, `something ${thing}`][i % 3];
      lines.push(JSON.stringify({ image, audio, text, label: thing }));
    }
  }
  await writeFile(join(path, "items.jsonl"), `${lines.join("\n")}\n`);
}

/** A square of a thing's colour, brighter for a greater `i`. */
async function drawn(at: number, i: number): Promise<Uint8Array<ArrayBuffer>> {
  const pixels = Uint8Array.from({ length: 3 * 256 }, (_, p) => (p % 3 === at ? 120 + 12 * i : 4 * i));
  return new Uint8Array(
    await sharp(pixels, { raw: { width: 16, height: 16, channels: 3 } })
      .png()
      .toBuffer(),
  );
}

/** A tone, of each thing an octave higher. */
async function sounded(at: number, i: number, seconds = 0.5): Promise<Uint8Array<ArrayBuffer>> {
  const samples = Float32Array.from(
    { length: rate * seconds },
    (_, t) => 0.6 * Math.sin((2 * Math.PI * (300 + 4 * i) * 2 ** at * t) / rate),
  );
  return new Uint8Array(encodeWav(samples, rate));
}
