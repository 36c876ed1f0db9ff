import { existsSync } from "node:fs";
import { copyFile, mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  drawn,
  drawnFolder,
  hugePng,
  writeFiles,
} from "../../src/platform/node/pictures/drawnPictures.fixture.ts";
import { type CommandResult, kindred, kindredOk, temporaryFolder } from "./kindred.fixture.ts";
import { readEmbeddings } from "./readEmbeddings.fixture.ts";

const folder = temporaryFolder();
const data = (...parts: string[]): string => folder.at("data", ...parts);
let sound: Record<string, Buffer>;

beforeAll(async () => {
  sound = await drawnFolder(["disc", "bar"], 10);
});
beforeEach(async () => {
  await rm(data(), { recursive: true, force: true });
  await writeFiles(data(), sound);
});

const options = (): { env: Record<string, string> } => ({ env: { KINDRED_CACHE: folder.at("cache") } });

/** What is said of the pictures as they are, before training: see guidance.test.ts. */
const guidance = /^(pictures|chosen|to look at):.*\n( {2}.*\n)*/gm;

/** Trains on the pictures; the lines on stderr that are not about the training, and the exit code. */
async function train(...flags: string[]): Promise<CommandResult & { readonly lines: string[] }> {
  const out = folder.at("run");
  await rm(out, { recursive: true, force: true });
  const args = [
    "train",
    "--data",
    data(),
    "--size",
    "12",
    "--epochs",
    "1",
    "--batch-size",
    "8",
    "--no-record",
  ];
  const result = await kindred([...args, "--out", out, ...flags], options());
  const lines = result.stderr
    .replaceAll(folder.at(), "~")
    .replaceAll(guidance, "")
    .split("\n")
    .filter((line) => line !== "" && !/^(reading|decoding|training|device|recipe|data|epoch)\b/.test(line));
  return { ...result, lines };
}

/** What is said of one bad file, skipped, and refused with `--strict`. */
async function badFile(path: string, reason: string): Promise<void> {
  const skipped = await train();
  expect([skipped.code, skipped.lines]).toEqual([
    0,
    ["1 file is skipped (--strict refuses it):", `  ${path}: ${reason}`],
  ]);
  expect(skipped.stderr).toContain("16 training and 4 validation pictures");
  const strict = await train("--strict");
  expect([strict.code, strict.stdout, strict.lines]).toEqual([
    ...[2, "", [`kindred: ~/data has files that --strict refuses: ${path}: ${reason}`]],
  ]);
  expect(existsSync(folder.at("run"))).toBe(false);
}

describe("kindred on a folder of pictures", () => {
  it("trains, goes on, evaluates, embeds and plots, with the run's preprocessing", async () => {
    const begun = await train("--channels", "grey", "--fit", "contain");
    expect([begun.code, begun.lines], begun.stderr).toEqual([0, []]);
    const config = JSON.parse(await readFile(folder.at("run", "config.json"), "utf8"));
    expect(config.data).toMatchObject({
      ...{ source: data(), validation: 4, classes: ["bar", "disc"], unlabelled: false },
    });
    expect(config.towers.image.preprocessing).toEqual({ size: 12, channels: 1, fit: "contain" });
    const run = ["--run", folder.at("run")];
    const again = await kindredOk(
      ["train", "--data", data(), "--resume", "--epochs", "2", "--out", folder.at("run")],
      options(),
    );
    expect(again.stderr).toContain("epoch 2/2");
    const evaluated = await kindredOk(["eval", ...run, "--json"], options());
    expect(JSON.parse(evaluated.stdout)).toHaveProperty("encoder.knn1");
    expect(evaluated.stderr).toContain("4 queries against 16 training pictures");
    // Another folder, of other sizes, as the run takes them.
    await writeFiles(folder.at("others"), await drawnFolder(["disc", "bar"], 3, { width: 70, from: 20 }));
    await writeFile(folder.at("others", "disc", "text.png"), "a text");
    const said =
      "1 file is skipped (--strict refuses it):\n  disc/text.png: is no picture that can be read, expected PNG, JPEG, WebP, GIF, TIFF, AVIF, SVG, BMP or PNM (PGM, PPM, PBM)\n";
    const other = await kindredOk(["eval", ...run, "--data", folder.at("others")], options());
    expect(other.stderr).toContain("6 queries against 16 training pictures");
    expect(other.stderr).toContain(said);
    const all = ["--split", "all", "--data", folder.at("others"), "--out", folder.at("others.csv")];
    expect((await kindredOk(["embed", ...run, ...all], options())).stderr).toContain(said);
    const out = folder.at("e.npy");
    await kindredOk(["embed", ...run, "--out", out], options());
    expect((await readEmbeddings(out)).labels).toHaveLength(20);
    await kindredOk(["plot", ...run, "--only", "pca", "--split", "all"], options());
    expect(existsSync(folder.at("run", "plots", "pca-3d.html"))).toBe(true);
  });

  it("does not go on when a picture has changed", async () => {
    expect((await train()).code).toBe(0);
    await writeFile(data("disc", "3.png"), await drawn("disc", 77));
    const args = ["train", "--data", data(), "--resume", "--epochs", "2", "--out", folder.at("run")];
    const { code, stderr } = await kindred(args, options());
    expect([code, stderr.split("\n").at(-2)]).toEqual([
      2,
      expect.stringMatching(
        /^kindred: .*data has changed since the run was begun \(fingerprint \S+, was \S+\): bring the old data back, or begin a new run$/,
      ),
    ]);
  });

  it("refuses what would be in vain", async () => {
    const parts = Object.fromEntries(Object.entries(sound).map(([path, bytes]) => [`train/${path}`, bytes]));
    await rm(data(), { recursive: true });
    const more = { "val/disc/x.png": await drawn("disc", 90), "samples/y.png": await drawn("disc", 91) };
    await writeFiles(data(), { ...parts, ...more });
    expect((await train("--validation", "4")).lines).toEqual([
      "kindred: 4 pictures were to be kept for validation, but ~/data has set 1 aside itself (passed over: samples/): leave --validation out",
    ]);
    const mnist = await kindred([
      "train",
      "--limit",
      "40",
      "--validation",
      "5",
      "--size",
      "20",
      "--out",
      folder.at("m"),
    ]);
    expect([mnist.code, mnist.stderr]).toEqual([
      2,
      "kindred: --size says how picture files are read, and mnist has none: leave it out\n",
    ]);
    const lines = (await train("--validation", "25")).lines;
    expect(lines).toEqual([expect.stringMatching(/^kindred: 25 pictures were to be kept/)]);
  });
});

describe("kindred train on bad picture files", () => {
  it("skips or refuses a text named .jpg", async () => {
    await writeFile(data("disc", "text.jpg"), "this is a text\n");
    await badFile(
      "disc/text.jpg",
      "is no picture that can be read, expected PNG, JPEG, WebP, GIF, TIFF, AVIF, SVG, BMP or PNM (PGM, PPM, PBM)",
    );
  });

  it("skips or refuses a PNG that is cut off", async () => {
    const png = await drawn("disc", 50, { width: 200, height: 200 });
    await writeFile(data("disc", "cut.png"), png.subarray(0, png.length >> 1));
    await badFile("disc/cut.png", "is damaged or cut off: vipspng: libpng read error");
  });

  it("skips or refuses a picture of 30,000 x 30,000, naming the limit", async () => {
    await writeFile(data("bar", "huge.png"), hugePng());
    await badFile(
      "bar/huge.png",
      "is 30000 x 30000 pixels, more than the 268,435,456 (16,384 x 16,384) that a picture may have: make it smaller",
    );
  });

  it("skips or refuses a link that leads out of the folder, and takes one that stays inside", async () => {
    await writeFile(folder.at("secret.png"), await drawn("disc", 60));
    await symlink(folder.at("secret.png"), data("disc", "out.png"));
    await badFile("disc/out.png", "leads out of the folder, to ~/secret.png: put the picture itself there");
    await rm(data("disc", "out.png"));
    await writeFile(data("disc", "new.png"), await drawn("disc", 61));
    await symlink(data("disc", "new.png"), data("disc", "in.png"));
    const { code, lines, stderr } = await train("--strict");
    expect([code, lines]).toEqual([
      0,
      ["1 content is there more than once:", "  disc/in.png = disc/new.png"],
    ]);
    expect(stderr).toContain("18 training and 4 validation pictures");
  });

  it("takes paths with spaces and Unicode", async () => {
    await writeFiles(data(), { "bar/été 2024/a b — ü 🙂.png": await drawn("bar", 70) });
    const { code, lines, stderr } = await train("--strict");
    expect([code, lines]).toEqual([0, []]);
    expect(stderr).toContain("17 training and 4 validation pictures");
  });

  it("names an empty class, and refuses fewer than two pictures", async () => {
    await mkdir(data("owl"));
    const { code, lines } = await train();
    expect([code, lines]).toEqual([0, ["1 class folder is empty: owl"]]);
    await rm(data("bar"), { recursive: true });
    await rm(data("disc"), { recursive: true });
    await writeFiles(data(), { "disc/0.png": sound["disc/0.png"]!, "disc/1.png": "" });
    const refused = await train();
    expect([refused.code, refused.lines]).toEqual([
      2,
      [
        "kindred: ~/data has 1 picture that can be read, expected at least 2, as pictures are compared in pairs: disc/1.png: is an empty file, no picture",
      ],
    ]);
  });

  it("reports two files of one content and two labels", async () => {
    await copyFile(data("disc", "4.png"), data("bar", "disc 4.png"));
    const { code, lines } = await train();
    expect([code, lines]).toEqual([
      0,
      ["1 content has several labels:", "  bar/disc 4.png (bar) = disc/4.png (disc)"],
    ]);
  });

  it("names the line of a table that is wrong", async () => {
    await writeFile(data("list.csv"), 'path,label,split\ndisc/0.png,disc,train\nbar/0.png,bar,"dev"\n');
    const args = ["train", "--data", data("list.csv"), "--out", folder.at("none")];
    const { code, stderr } = await kindred(args, options());
    expect([code, stderr.replaceAll(folder.at(), "~")]).toEqual([
      2,
      'kindred: ~/data/list.csv: line 3: split is "dev", expected train, val or test\n',
    ]);
  });
});
