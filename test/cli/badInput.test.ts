import { existsSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { beforeAll, describe, expect, it } from "vitest";
import { type ImageDataset, sliceImages } from "../../src/modality/image/index.ts";
import { cropped, csvText, idxBytes, mnist, split, writeIdxFolder } from "./dataFiles.fixture.ts";
import { kindred, temporaryFolder } from "./kindred.fixture.ts";

const folder = temporaryFolder();
let digits: ImageDataset;
/** Lines of a sound CSV of 12 x 12 pictures: a header and 60 rows. */
let lines: string[];

beforeAll(async () => {
  digits = cropped(await mnist(60), 12);
  lines = csvText(digits).trimEnd().split("\n");
});

/** Trains on the data, expecting one line on stderr, exit code 2, and no folder made. */
async function refusal(data: string, ...flags: string[]): Promise<string> {
  const out = folder.at("run");
  const args = ["train", "--data", data, "--validation", "20", "--epochs", "1", "--out", out, ...flags];
  const { code, stdout, stderr } = await kindred(args);
  expect({ code, stdout }, stderr).toEqual({ code: 2, stdout: "" });
  expect(stderr).toMatch(/^kindred: .*\n$/);
  expect(stderr).not.toMatch(/\n\s+at |Error:/);
  expect(existsSync(out)).toBe(false);
  return stderr;
}

describe("kindred train on a bad CSV", () => {
  /** The sound lines with the one of this number (from 1) changed. */
  const withLine = (number: number, change: (fields: string[]) => string[]): string =>
    lines.with(number - 1, change(lines[number - 1]!.split(",")).join(",")).join("\n");

  const cases: readonly (readonly [string, () => string, RegExp])[] = [
    ["an empty file", () => "", /digits\.csv is empty/],
    ["a header without rows", () => `${lines[0]}\n`, /digits\.csv ends after its header/],
    [
      "columns of which none is named for labels",
      () =>
        lines.map((line, i) => (i === 0 ? `who,${line.replace("label", "what")}` : `1,${line}`)).join("\n"),
      /digits\.csv has the columns "who", "what" beside its pixels, none of them named label/,
    ],
    [
      "a header of no square picture",
      () => withLine(1, (fields) => fields.slice(0, -1)),
      /digits\.csv: line 1 names 143 columns beside the labels \("label"\), expected a square number/,
    ],
    [
      "a row with too few fields",
      () => withLine(7, (fields) => fields.slice(0, -3)),
      /digits\.csv: line 7 has 142 fields, expected 145/,
    ],
    [
      "a row with too many fields",
      () => withLine(61, (fields) => [...fields, "12"]),
      /digits\.csv: line 61 has 146 fields, the first too many being "12", expected 145/,
    ],
    [
      "a pixel that is no integer",
      () => withLine(5, (fields) => fields.with(9, "1.5")),
      /digits\.csv: line 5, column 10 \(pixel8\) is "1\.5", no integer, expected a pixel from 0 to 255/,
    ],
    [
      "a pixel over 255",
      () => withLine(2, (fields) => fields.with(1, "256")),
      /digits\.csv: line 2, column 2 \(pixel0\) is "256", out of range, expected a pixel from 0 to 255/,
    ],
    [
      "a pixel under 0",
      () => withLine(9, (fields) => fields.with(144, "-1")),
      /digits\.csv: line 9, column 145 \(pixel143\) is "-1", out of range/,
    ],
    [
      "pictures of which no two have one label",
      () => [lines[0], ...lines.slice(1).map((line, i) => line.replace(/^\d+/, String(i)))].join("\n"),
      /no two of the 40 training pictures of .* are of one class, and the loss cosine-pair learns from labels/,
    ],
    [
      "pictures of one label",
      () => [lines[0], ...lines.slice(1).map((line) => line.replace(/^\d+/, "3"))].join("\n"),
      /all 40 training pictures of .* are of one class \(3\), and the loss cosine-pair learns from labels/,
    ],
    [
      "fewer pictures than are kept for validation",
      () => lines.slice(0, 11).join("\n"),
      /has 10 images, setting 20 aside for validation leaves 0/,
    ],
  ];

  it.each(cases)("refuses %s", async (_, text, message) => {
    await writeFile(folder.at("digits.csv"), text());
    expect(await refusal(folder.at("digits.csv"), "--recipe", "lesson")).toMatch(message);
  });

  it("refuses pictures too small for the encoder", async () => {
    await writeFile(folder.at("tiny.csv"), csvText(cropped(digits, 8)));
    expect(await refusal(folder.at("tiny.csv"), "--recipe", "lesson")).toMatch(
      /8 x 8 are too small .* 10 x 10/,
    );
  });
});

describe("kindred train on bad files", () => {
  it("refuses a file that is missing, or of no known kind", async () => {
    expect(await refusal(folder.at("nowhere.csv"))).toMatch(/nowhere\.csv cannot be read: no such file/);
    expect(await refusal(folder.at("nowhere"))).toMatch(/nowhere cannot be read: no such file/);
    await writeFile(folder.at("digits.md"), "label");
    expect(await refusal(folder.at("digits.md"))).toMatch(/digits\.md is not a data set/);
    await mkdir(folder.at("nothing"));
    expect(await refusal(folder.at("nothing"))).toMatch(/nothing holds no picture/);
  });

  it("refuses a missing, misnamed or damaged --init", async () => {
    await writeFile(folder.at("sound.csv"), lines.join("\n"));
    const data = folder.at("sound.csv");
    expect(await refusal(data, "--init", folder.at("none.pt"))).toMatch(
      /none\.pt cannot be read: no such file/,
    );
    expect(await refusal(data, "--init", folder.at("sound.csv"))).toMatch(
      /sound\.csv: is no file of weights/,
    );
  });

  it("refuses IDX files that are truncated, mislabelled, too long or at odds", async () => {
    const idx = folder.at("idx");
    const { images, labels } = idxBytes(digits);
    const fewer = idxBytes(sliceImages(digits, 0, 50));
    const cases: readonly (readonly [string, Uint8Array, RegExp])[] = [
      [
        "train-images-idx3-ubyte",
        images.subarray(0, 5000),
        /train-images-idx3-ubyte is truncated: 4984 bytes/,
      ],
      ["train-images-idx3-ubyte", images.subarray(0, 10), /train-images-idx3-ubyte is truncated: 10 bytes/],
      ["train-images-idx3-ubyte", labels, /begins with 0x00000801, which is that of IDX labels/],
      ["train-labels-idx1-ubyte", images, /begins with 0x00000803, which is that of IDX images/],
      [
        "train-images-idx3-ubyte",
        Buffer.from("PNG or so, no IDX"),
        /begins with 0x504e4720, expected 0x00000803/,
      ],
      ["train-images-idx3-ubyte", Buffer.concat([images, labels]), /bytes too many/],
      ["train-labels-idx1-ubyte", fewer.labels, /holds 60 images but .* holds 50 labels/],
      ["train-labels-idx1-ubyte", Buffer.alloc(0), /train-labels-idx1-ubyte is truncated: 0 bytes/],
    ];
    for (const [name, bytes, message] of cases) {
      await writeIdxFolder(idx, split(digits, 60));
      await writeFile(folder.at("idx", name), bytes);
      expect(await refusal(idx)).toMatch(message);
    }
    await rm(folder.at("idx", "train-images-idx3-ubyte"));
    await writeFile(folder.at("idx", "train-images-idx3-ubyte.gz"), gzipSync(images).subarray(0, 900));
    expect(await refusal(idx)).toMatch(/train-images-idx3-ubyte\.gz cannot be unpacked/);
  });

  it("refuses an output folder whose place is taken by a file", async () => {
    await writeFile(folder.at("sound.csv"), lines.join("\n"));
    await writeFile(folder.at("taken"), "mine");
    const args = ["train", "--data", folder.at("sound.csv"), "--validation", "20"];
    const { code, stderr } = await kindred([...args, "--out", folder.at("taken")]);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringMatching(/^kindred: .*taken cannot be written: .*\n$/),
    });
  });
});

describe("kindred, bad usage", () => {
  const cases: readonly (readonly [readonly string[], RegExp])[] = [
    [["train", "--limit", "1"], /--limit <n>' argument '1' is invalid.*expected a whole number of 2 or more/],
    [["train", "--epochs", "0"], /--epochs <n>' argument '0' is invalid/],
    [["train", "--batch-size", "many"], /--batch-size <n>' argument 'many' is invalid/],
    [["train", "--seed", "1.5"], /--seed <n>' argument '1\.5' is invalid/],
    [["train", "--device", "tpu"], /--device <name>' argument 'tpu' is invalid.*cpu, webgpu, cuda/],
    [["train", "--rows", "5"], /unknown option '--rows'/],
    [["train", "--out"], /--out <dir>' argument missing/],
    [["eval"], /required option '--run <dir>' not specified/],
    [["trian"], /unknown command 'trian'/],
  ];

  it.each(cases)("exits with 2 on kindred %j", async (args, message) => {
    await mkdir(folder.at("empty"), { recursive: true });
    const { code, stdout, stderr } = await kindred(args, { cwd: folder.at("empty") });
    expect({ code, stdout }, stderr).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(existsSync(folder.at("empty", "runs"))).toBe(false);
  });

  it("lists the devices there are where the one asked for is not", async () => {
    const missing = process.platform === "darwin" ? "dml" : "coreml";
    await writeFile(folder.at("sound.csv"), lines.join("\n"));
    const line = await refusal(folder.at("sound.csv"), "--device", missing);
    expect(line).toContain(`device "${missing}" is not in the installed ONNX Runtime`);
    expect(line).toMatch(/which has: .*cpu/);
  });

  it("shows help and version with exit code 0 on stdout", async () => {
    const help = await kindred(["train", "--help"]);
    expect(help).toMatchObject({ code: 0, stderr: "" });
    expect(help.stdout).toContain("--resume");
    expect(await kindred(["--version"])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^\d+\.\d+/),
    });
  });
});
