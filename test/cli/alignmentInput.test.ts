import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { parquetWriteFile } from "hyparquet-writer";
import { beforeAll, describe, expect, it } from "vitest";
import { tone } from "../../src/platform/node/items/items.fixture.ts";
import { writeFiles } from "../../src/platform/node/pictures/drawnPictures.fixture.ts";
import { type DrawnItem, drawnItems, jsonLines, small, writeDrawnFiles } from "./drawnItems.fixture.ts";
import { kindred, kindredOk, temporaryFolder } from "./kindred.fixture.ts";

const folder = temporaryFolder();
const count = 24;
const once = [...small, "--epochs", "1"];

beforeAll(async () => {
  await writeDrawnFiles(folder.at(), count);
});

type Row = Partial<DrawnItem>;
/** The arguments that train on the rows that `change` makes of the items, as JSON lines. */
async function training(name: string, change: (row: DrawnItem, at: number) => Row, ...flags: string[]) {
  const rows = drawnItems(count).map(({ label: _, ...row }, at) => change({ ...row, label: _ }, at));
  await writeFiles(folder.at(), { [`${name}.jsonl`]: jsonLines(rows) });
  return ["train", "--data", folder.at(`${name}.jsonl`), ...once, "--out", folder.at("run", name), ...flags];
}

/** What a training says that is refused, in one line, with `~` for the folder; nothing is written. */
async function refusal(args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await kindred(args);
  expect([code, stdout]).toEqual([2, ""]);
  const out = args[args.indexOf("--out") + 1]!;
  expect(existsSync(out)).toBe(false);
  const [message, ...others] = stderr.split("\n").filter((line) => line.startsWith("kindred: "));
  expect(others).toEqual([]);
  return message!.replaceAll(folder.at(), "~");
}

const both = ({ image, text }: DrawnItem): Row => ({ image, text });
const all = ({ image, text, audio }: DrawnItem): Row => ({ image, text, audio });

/** A WAV file of 8 kHz with the same samples in each channel. */
function wav(samples: readonly number[], channels = 1): Uint8Array {
  const bytes = Buffer.from(tone(1, samples.length * channels));
  bytes.writeUInt16LE(channels, 22);
  bytes.writeUInt32LE(16_000 * channels, 28);
  bytes.writeUInt16LE(2 * channels, 32);
  for (const [i, value] of samples.entries()) {
    for (let channel = 0; channel < channels; channel++) {
      bytes.writeInt16LE(value, 44 + 2 * (i * channels + channel));
    }
  }
  return bytes;
}

describe("kindred train on items", () => {
  it("lists and leaves out what cannot be read, takes any text, and refuses by --strict", async () => {
    const sine = Array.from({ length: 800 }, (_, i) => Math.round(9000 * Math.sin(i / 3)));
    await writeFiles(folder.at(), {
      "silent.wav": wav(sine.map(() => 0)),
      "short.wav": wav(sine.slice(0, 20)),
      "eight.wav": wav(sine, 8),
      "cut.wav": tone(1, 800).subarray(0, 400),
      "text.wav": "this is a text",
      "broken.png": "no picture",
    });
    const bad: Readonly<Record<number, Row>> = {
      ...{ 0: { audio: "silent.wav" }, 1: { audio: "short.wav" }, 2: { audio: "eight.wav" } },
      ...{ 3: { audio: "cut.wav" }, 4: { audio: "text.wav" }, 5: { image: "broken.png" } },
      ...{ 6: { image: "nowhere.png" }, 7: { text: "🦊 👩‍👩‍👧" }, 8: { text: "ثعلب سريع" } },
      9: { text: Array.from({ length: 1500 }, (_, i) => `word${i}`).join(" ") },
    };
    const args = await training("bad", (row, at) => ({ ...all(row), ...bad[at] }), "--validation", "0");
    const { stdout, stderr } = await kindredOk([...args, "--json"]);
    const left: { path: string; reason: string }[] = JSON.parse(stdout).leftOut;
    const reasons = new Map(left.map(({ path, reason }) => [path, reason]));
    expect([...reasons.keys()].sort()).toEqual(
      ["broken.png", "cut.wav", "nowhere.png", "short.wav", "silent.wav", "text.wav"].sort(),
    );
    expect(reasons.get("silent.wav")).toMatch(/^is silent: no sample of its 0\.1 s is louder than -80 dB/);
    expect(reasons.get("short.wav")).toMatch(/^holds \d+ ms of sound, expected at least one frame of 25 ms/);
    expect(reasons.get("cut.wav")).toMatch(/^is a WAV file that holds .* it was cut off/);
    expect(reasons.get("text.wav")).toMatch(/^is no sound that can be read: it seems to be text/);
    expect(reasons.get("broken.png")).toMatch(/^is no picture that can be read/);
    expect(reasons.get("nowhere.png")).toMatch(/^line 7: cannot be read: no such file or folder/);
    // Those of the table are told before its files are read.
    expect(stderr).toMatch(/1 row or file is skipped \(--strict refuses it\):\n {2}nowhere\.png: line 7/);
    expect(stderr).toMatch(
      /5 rows or files are skipped \(--strict refuses them\):\n {2}broken\.png: is no picture/,
    );
    expect(stderr.match(/nowhere\.png/g)).toHaveLength(1);
    expect(stderr).toMatch(/^to look at: 1 text has more than 2,000 characters \(the longest 12,\d+\)/m);
    expect(stderr.match(/more than 2,000 characters/g)).toHaveLength(1);
    expect(stderr).toMatch(/^1 text is longer than the text tower takes: of each, it reads the beginning$/m);
    expect(stderr).toMatch(/ 23 training and 0 validation items$/m);
    const strict = await training("strict", (row, at) =>
      at === 3 ? { ...all(row), audio: "cut.wav" } : all(row),
    );
    expect(await refusal([...strict, "--strict"])).toMatch(/^kindred: ~\/cut\.wav is a WAV file that holds/);
    const missing = await training("missing", (row, at) =>
      at === 6 ? { ...both(row), image: "no.png" } : both(row),
    );
    expect(await refusal([...missing, "--strict"])).toMatch(/--strict refuses: no\.png: cannot be read/);
  });

  it("takes items that lack a modality, from files that share a name", async () => {
    const files: Record<string, Uint8Array | string> = {};
    for (const [i, { image, audio, text }] of drawnItems(count).entries()) {
      if (i % 3 > 0) files[`shared/${image}`] = await readFile(folder.at(image));
      if (i % 2 > 0) files[`shared/${audio}`] = await readFile(folder.at(audio));
      files[`shared/${i}.txt`] = `${text}\nanother ${text}\n`;
    }
    await writeFiles(folder.at(), files);
    const args = ["train", "--data", folder.at("shared"), ...once, "--out", folder.at("run", "shared")];
    const { stderr } = await kindredOk(args);
    expect(stderr).toContain(
      "items: 24: 16 pictures, 8 items without; 48 texts (2 of an item); 12 recordings, 12 items without\n",
    );
    expect(stderr).toContain("pairs: 16 image–text, 8 image–audio and 12 text–audio\n");
    const report = JSON.parse(
      (await kindredOk(["eval", "--run", folder.at("run", "shared"), "--json"])).stdout,
    );
    expect(report.modalities.map(({ modality }: { modality: string }) => modality)).toEqual([
      ...["image", "text", "audio"],
    ]);
  });

  it("brings several pictures of one thing together, from CSV with labels of a named column", async () => {
    const rows = drawnItems(count).map(
      ({ image, text }, at) => `${image},${text},thing ${Math.floor(at / 3)}`,
    );
    await writeFiles(folder.at(), { "things.csv": `image,caption,thing\n${rows.join("\n")}\n` });
    const data = ["train", "--data", folder.at("things.csv"), "--label-column", "thing", ...once];
    const flags = ["--loss", "siglip", "--text-encoder", "transformer", "--limit", "21"];
    const { stderr } = await kindredOk([...data, ...flags, "--out", folder.at("run", "things")]);
    expect(stderr).toMatch(/^items: 21: /m);
    expect(stderr).toContain("items of one label are positives of one another, 8 labels");
    expect(stderr).toMatch(
      /text: transformer\), loss siglip between image–text, image–image, batches of \d+ items, 2 rows of a group/,
    );
    // The same rows are found again, by the column that was named.
    await kindredOk(["eval", "--run", folder.at("run", "things"), "--json"]);
    await kindredOk(["train", "--resume", "--epochs", "2", "--out", folder.at("run", "things")]);
  });

  it("reads Parquet, and aligns the pairs that are named", async () => {
    const rows = drawnItems(count);
    parquetWriteFile({
      filename: folder.at("items.parquet"),
      columnData: [
        { name: "text", data: rows.map(({ text }) => text), type: "STRING" },
        { name: "audio", data: rows.map(({ audio }) => audio), type: "STRING" },
        { name: "image", data: rows.map(({ image }) => image), type: "STRING" },
      ],
    });
    const args = ["train", "--data", folder.at("items.parquet"), "--out", folder.at("run", "parquet")];
    const { stderr } = await kindredOk([...args, ...once, "--pairs", "image-text:0.5"]);
    expect(stderr).toMatch(/\(image: \w+; text: bag\), loss clip between image–text \(weight 0\.5\)/);
  });

  it("passes over captions that are empty or all equal, and says so", async () => {
    const empty = await training("empty", (row) => ({ ...all(row), text: "" }));
    const { stderr } = await kindredOk(empty);
    expect(stderr).toMatch(/empty\.jsonl: the column "text" is empty in every row/);
    expect(stderr).toContain("chosen: alignment of image and audio: ");
    const equal = await training("equal", (row) => ({ ...all(row), text: "a thing" }));
    const said = (await kindredOk(equal)).stderr;
    expect(said).toContain("groups: each of the 24 items is a group of its own");
    expect(said).toMatch(/^to look at: all 24 texts are equal: write what each item shows/m);
    expect(said).toContain("chosen: alignment of image and audio: ");
    expect(await refusal(await training("one", (row) => ({ ...both(row), text: "a thing" })))).toMatch(
      /^kindred: all 24 texts of ~\/one\.jsonl are equal, so that texts tell no item from another: write/,
    );
  });

  it("says when a batch holds one caption for different things", async () => {
    const args = await training("repeated", (row, at) => ({
      ...{
        image: row.image,
        label: `thing ${at}`,
        text: at % 6 === 0 ? "Same" : at % 6 === 1 ? "same" : row.text,
      },
    }));
    expect((await kindredOk(args)).stderr).toMatch(
      /^1 caption stands at several rows that do not belong together: a batch of 16 holds \d+(?:\.\d)? pairs of equal captions/m,
    );
  });
});

describe("kindred train refuses in one line, and writes nothing,", () => {
  it.each<[string, (row: DrawnItem) => Row, string[], RegExp]>([
    ["texts alone", ({ text }) => ({ text }), [], /has texts only: add a column image or audio/],
    [
      "recordings alone",
      ({ audio }) => ({ audio }),
      [],
      /has recordings only, and no labels: add a column label/,
    ],
    [
      "recordings of labels",
      ({ audio, label }) => ({ audio, label }),
      [],
      /and an alignment joins two modalities/,
    ],
    [
      "pictures to align",
      ({ image }) => ({ image }),
      ["--recipe", "align"],
      /an alignment joins two modalities/,
    ],
    [
      "pictures with pairs",
      ({ image }) => ({ image }),
      ["--pairs", "image-text"],
      /^kindred: --pairs is for several/,
    ],
    [
      "a text encoder of pictures",
      ({ image }) => ({ image }),
      ["--text-encoder", "bag"],
      /has pictures alone/,
    ],
    [
      "pairs of what is not there",
      both,
      ["--pairs", "image-audio"],
      /--pairs names audio, and the data has image, text/,
    ],
    ["a loss of one modality", both, ["--loss", "supcon"], /--loss supcon compares rows of one modality/],
    [
      "a sampler",
      both,
      ["--sampler", "shuffled"],
      /--sampler says nothing about a training of several modalities/,
    ],
    ["a trunk", both, ["--trunk", "x.onnx"], /--trunk says nothing about a training of several modalities/],
    ["a recording", both, ["--no-record"], /--record says nothing about a training of several modalities/],
    [
      "weights to begin with",
      both,
      ["--init", "x.pt"],
      /--init says nothing about a training of several modalities/,
    ],
    ["speakers", both, ["--hold-out", "slt"], /--hold-out names speakers of --recipe senses/],
    [
      "a tower of no run",
      both,
      ["--tower", "image=src"],
      /^kindred: src has no model\.json and no config\.json, expected the folder of a run/,
    ],
    [
      "a tower of no folder",
      both,
      ["--tower", "image=none"],
      /^kindred: none is not there, expected the folder of a run/,
    ],
    [
      "a tower of texts",
      both,
      ["--tower", "text=none"],
      /^kindred: none is not there, expected the folder of a run/,
    ],
    [
      "too few to train",
      both,
      ["--validation", "23"],
      /leaves 1 for training, expected at least 2: keep fewer of them \(--validation\)/,
    ],
    [
      "a text encoder without texts",
      ({ image, audio }) => ({ image, audio }),
      ["--text-encoder", "bag"],
      /--text-encoder is about texts, and what is aligned is image, audio: leave it out/,
    ],
  ])("%s", async (name, change, flags, message) => {
    expect(await refusal(await training(name, change, ...flags))).toMatch(message);
  });

  it("recordings that are all silent", async () => {
    const silence = wav(Array.from({ length: 800 }, () => 0));
    const names = drawnItems(count).map(({ audio }) => `still/${audio}`);
    await writeFiles(folder.at(), Object.fromEntries(names.map((name) => [name, silence])));
    const args = await training("still", (row, at) => ({ ...all(row), audio: names[at]! }));
    expect(await refusal(args)).toMatch(
      /^kindred: no image of the 16 rows of ~\/still\.jsonl belongs to any audio/,
    );
  });

  it("speakers who are not there, and options of files for the lesson's digits", async () => {
    const senses = (...flags: string[]) => [
      "train",
      "--recipe",
      "senses",
      "--out",
      folder.at("none"),
      ...flags,
    ];
    expect(await refusal(senses("--hold-out", "nobody"))).toBe(
      "kindred: speakers to hold out: nobody, expected some of kal, awb, rms, slt, but not all",
    );
    expect(await refusal(senses("--hold-out", "kal", "awb", "rms", "slt"))).toMatch(/but not all$/);
    expect(await refusal(senses("--size", "8"))).toMatch(/^kindred: --size says how items in files are read/);
    expect(await refusal(senses("--data", "mnist"))).toMatch(/^kindred: --recipe senses brings its own data/);
  });
});
