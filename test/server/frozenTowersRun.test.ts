import { mkdir, writeFile } from "node:fs/promises";
import sharp from "sharp";
import { afterAll, beforeAll, expect, it } from "vitest";
import { encodeWav } from "../../src/modality/audio/index.ts";
import { Model } from "../../src/platform/node/model/model.ts";
import { type Explorer, startExplorer } from "../../src/server/index.ts";
import { filesOf, type Hello, type PreviewsHead } from "../../src/workspace/index.ts";
import { kindredOk, temporaryFolder } from "../cli/kindred.fixture.ts";
import { goldenFolder, greatestDifference, picture, recording } from "../pretrained/inputs.ts";
import { asked, messageOf, messagesOf, testToken, writePage } from "./explorer.fixture.ts";

const folder = temporaryFolder();
let explorer: Explorer;
const tone = () => {
  const { samples, sampleRate } = recording(0.2, 48_000);
  return encodeWav(samples, sampleRate);
};

beforeAll(async () => {
  await mkdir(folder.at("items"));
  const lines: string[] = [];
  for (let row = 0; row < 12; row++) {
    const { data, width, height } = picture([20 + row, 24]);
    const image = sharp(Buffer.from(data), { raw: { width, height, channels: 3 } });
    await image.toFile(folder.at("items", `${row}.png`));
    await writeFile(folder.at("items", `${row}.wav`), tone());
    const text = `a photo of kite ${row}`;
    lines.push(JSON.stringify({ image: `${row}.png`, text, audio: `${row}.wav` }));
  }
  await writeFile(folder.at("items", "items.jsonl"), `${lines.join("\n")}\n`);
  const towers = Object.entries({ image: "clip", text: "clip", audio: "clap" }).flatMap(
    ([modality, name]) => [...["--tower", `${modality}=${goldenFolder(name)}`]],
  );
  const data = ["--data", folder.at("items", "items.jsonl"), "--validation", "6"];
  const training = ["--heads", "--dim", "8", "--epochs", "1", "--batch-size", "6"];
  await kindredOk(["train", ...data, ...towers, ...training, "--out", folder.at("run")]);
  await writePage(folder.at("page"));
  explorer = await startExplorer({
    run: folder.at("run"),
    page: folder.at("page"),
    port: 0,
    token: testToken,
  });
});
afterAll(() => explorer?.close());

const get = async (path: string): Promise<Response> => asked(explorer.url, path);
const post = async (path: string, body: string | Blob): Promise<Response> =>
  asked(explorer.url, path, { method: "POST", body });

it("the explorer maps a run of pretrained towers, shows its rows and asks it by text and sound", async () => {
  const { run } = (await (await get("api/hello")).json()) as Hello;
  expect(run!.modalities).toMatchObject([
    { modality: "image", count: 6, query: null },
    { modality: "text", count: 6, query: { kind: "text" } },
    { modality: "audio", query: { kind: "audio" } },
  ]);
  const heads = await messagesOf(await get("api/space"));
  expect(heads.map(({ head }) => head.type)).toContain("points");
  const { head, arrays } = await messageOf(await post("api/previews", new Blob([Uint32Array.of(0, 6, 12)])));
  const shown = filesOf(head as PreviewsHead, arrays).map((file) => file?.mediaType.split("/")[0]);
  expect(shown).toEqual(["image", "text", "audio"]);
  const model = await Model.load(folder.at("run"), { device: "cpu" });
  const sound = new Uint8Array(tone());
  const questions: readonly (readonly [string, string | Blob, unknown])[] = [
    ["text", "a photo of a red kite", "a photo of a red kite"],
    ["audio", new Blob([sound]), sound],
  ];
  for (const [modality, content, value] of questions) {
    const answer = await messageOf(await post(`api/embed?modality=${modality}`, content));
    const expected = await model.embed([{ [modality]: value }]);
    expect(greatestDifference([answer.arrays.embedding as Float32Array], expected)).toBeLessThan(1e-5);
  }
  const long = await messageOf(await post("api/embed?modality=text", "red kite ".repeat(200)));
  expect(long.head).toMatchObject({ note: expect.stringMatching(/longer than its tower takes/) });
  await model.dispose();
});
