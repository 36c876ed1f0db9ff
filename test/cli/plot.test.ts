import { existsSync } from "node:fs";
import { cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createCanvas, loadImage } from "@napi-rs/canvas";
import { beforeAll, describe, expect, it } from "vitest";
import { AbortedError } from "../../src/base/index.ts";
import { writePlots } from "../../src/platform/node/figures/plots.ts";
import { readPt, writePt } from "../../src/runs/index.ts";
import { kindred, kindredOk, temporaryFolder } from "./kindred.fixture.ts";
import { copyTrainedRun, digitFiles } from "./trainedRun.fixture.ts";

const folder = temporaryFolder();
let csv: string;
let idx: string;

beforeAll(async () => {
  ({ csv, idx } = await digitFiles());
  await copyTrainedRun(folder.at("run"));
});

const plot = (...flags: string[]) => kindredOk(["plot", "--run", folder.at("run"), "--json", ...flags]);
const names = (base: readonly string[]) => base.flatMap((name) => [`${name}.html`, `${name}.png`]).sort();

/** What a page's scripts find as `data`. */
async function dataOf(file: string): Promise<Record<string, unknown>> {
  const html = await readFile(file, "utf8");
  return JSON.parse(/<script type="application\/json" id="data">(.*?)<\/script>/s.exec(html)![1]!);
}

describe("kindred plot", () => {
  it("writes every page and figure into the run, and says where", async () => {
    const { stdout, stderr } = await plot("--umap-epochs", "20");
    const report = JSON.parse(stdout);
    const expected = names(["loss", "pca-3d", "similarity", "umap-2d"]);
    expect(await readdir(folder.at("run", "plots"))).toEqual(expected);
    expect(report.rows).toBe(120);
    expect(report.files.toSorted()).toEqual(expected.map((name) => folder.at("run", "plots", name)));
    expect(stderr).toMatch(/120 pictures of .*digits\.csv, after 2 epochs of training/);
    for (const name of expected.filter((one) => one.endsWith(".png"))) {
      const image = await loadImage(await readFile(folder.at("run", "plots", name)));
      const canvas = createCanvas(image.width, image.height);
      expect([canvas.width, canvas.height]).toEqual([2400, 1600]);
    }
  });

  it("takes the training split for all of a folder that has no test split", async () => {
    await cp(csv, folder.at("csvOnly", "train.csv"));
    const data = ["--data", folder.at("csvOnly"), "--split", "all", "--only", "similarity"];
    const { stdout } = await plot(...data, "--out", folder.at("whole"));
    expect(JSON.parse(stdout).rows).toBe(120);
  });

  it("writes over its own files in the run, and over files elsewhere only by force", async () => {
    const again = (...flags: string[]) =>
      kindred(["plot", "--run", folder.at("run"), "--only", "loss", ...flags]);
    expect((await again()).code).toBe(0);
    expect((await again("--out", folder.at("run", "..", "run", "plots"))).code).toBe(0);
    await mkdir(folder.at("mine"));
    const mine = folder.at("mine", "loss.png");
    await writeFile(mine, "my own");
    expect(await again("--out", folder.at("mine"))).toMatchObject({
      code: 2,
      stderr: `kindred: ${mine} is there already: replace it with --force, or choose another --out\n`,
    });
    expect(await readdir(folder.at("mine"))).toEqual(["loss.png"]);
    expect(await readFile(mine, "utf8")).toBe("my own");
    expect((await again("--out", folder.at("mine"), "--force")).code).toBe(0);
    expect(await readdir(folder.at("mine"))).toEqual(["loss.html", "loss.png"]);
  });

  it("writes the same again for the same seed, and another map for other options, which the page names", async () => {
    const page = async (out: string, ...flags: string[]): Promise<string> => {
      await plot("--only", "umap", "--umap-epochs", "20", "--out", folder.at(out), ...flags);
      return readFile(folder.at(out, "umap-2d.html"), "utf8");
    };
    const first = await page("first");
    expect((await page("again")) === first).toBe(true);
    const options = [
      "--seed",
      "1",
      "--pca",
      "3",
      "--neighbors",
      "4",
      "--metric",
      "euclidean",
      "--min-dist",
      "0.3",
    ];
    const other = await page("other", ...options);
    expect(other).toContain(
      "UMAP of 3 principal components of 64 dimensions, euclidean, 4 neighbours, minimal distance 0.3.",
    );
    expect(first).toContain("UMAP of 64 dimensions, cosine, 15 neighbours, minimal distance 0.1.");
    const map = async (out: string) => (await dataOf(folder.at(out, "umap-2d.html"))).positions;
    expect(await map("other")).not.toBe(await map("first"));
  });

  it("takes a split, the first pictures, another checkpoint, and some of the plots", async () => {
    const out = folder.at("part");
    const data = ["--data", idx, "--out", out];
    const only = ["--only", "similarity", "--only", "pca"];
    const { stdout, stderr } = await plot(
      ...data,
      ...only,
      "--split",
      "all",
      "--limit",
      "30",
      "--checkpoint",
      "0",
    );
    expect(JSON.parse(stdout).rows).toBe(60);
    expect(stderr).toMatch(/60 pictures of .*idx, after 1 epoch of training/);
    expect(await readdir(out)).toEqual(names(["pca-3d", "similarity"]));
    const classes = (await dataOf(folder.at("part", "pca-3d.html"))).classes as { count: number }[];
    expect(classes.reduce((sum, { count }) => sum + count, 0)).toBe(60);
  });

  it.each([
    [2, ["loss", "similarity", "umap-2d"], "2 neighbours"],
    [8, ["loss", "pca-3d", "similarity", "umap-2d"], "8 neighbours"],
  ])("of %i pictures draws what there can be, by the neighbours that there are", async (n, drawn, by) => {
    const out = folder.at(`few${n}`);
    const { stderr } = await plot("--limit", String(n), "--umap-epochs", "5", "--out", out);
    expect(await readdir(out)).toEqual(names(drawn));
    expect(await readFile(folder.at(`few${n}`, "umap-2d.html"), "utf8")).toContain(by);
    expect(/^no pca: 2 pictures in 64 dimensions have no three/m.test(stderr)).toBe(n === 2);
  });

  it.each(["embedding", "neighbours", "UMAP layout", "writing"])(
    "stopped while it is at %s leaves nothing, and no failure behind",
    async (where) => {
      const stop = new AbortController();
      const out = folder.at("stopped here", "deep");
      const plotting = writePlots({
        ...{ run: folder.at("run"), out, umapEpochs: 50, signal: stop.signal },
        onProgress: (stage) => {
          if (stage === where) stop.abort();
        },
      });
      await expect(plotting).rejects.toThrow(AbortedError);
      if (where !== "writing") expect(existsSync(folder.at("stopped here"))).toBe(false);
    },
  );

  it("says in lines for people where the pages are", async () => {
    const out = folder.at("people");
    const { stdout } = await kindredOk(["plot", "--run", folder.at("run"), "--only", "loss", "--out", out]);
    expect(stdout).toMatch(/^.*loss\.html\nopen them in a browser;[^\n]*\n$/);
  });

  it("stops on Ctrl-C with exit code 130 and leaves nothing", async () => {
    const out = folder.at("stopped", "deep");
    const flags = ["--umap-epochs", "10000000", "--only", "umap", "--out", out];
    const { code, stdout, stderr } = await kindred(["plot", "--run", folder.at("run"), ...flags], {
      stopAt: "UMAP layout",
    });
    expect({ code, stdout }).toEqual({ code: 130, stdout: "" });
    expect(stderr).toMatch(/stopped: nothing was written\n$/);
    expect(existsSync(folder.at("stopped"))).toBe(false);
  });
});

describe("kindred plot, bad input", () => {
  it.each<readonly [string, () => string[], RegExp]>([
    ["pictures of another size", () => ["--data", "mnist", "--limit", "20"], /1 x 28 x 28.*1 x 12 x 12/],
    [
      "fewer pictures than neighbours that were asked for",
      () => ["--limit", "9", "--neighbors", "10"],
      /UMAP by 10 neighbours \(--neighbors\) was asked for of 9 pictures, expected 2 to 9/,
    ],
    ["more components than there are", () => ["--pca", "65"], /PCA to 65 components.*expected 2 to 64/],
    ["more components than pictures", () => ["--pca", "9", "--limit", "8"], /PCA to 9 .*expected 2 to 8/],
    [
      "fewer pictures than a plot that was asked for needs",
      () => ["--only", "pca", "--limit", "2"],
      /2 pictures in 64 dimensions have no three principal components/,
    ],
    [
      "a path through a file",
      () => ["--out", folder.at("run", "config.json", "bad")],
      /bad cannot be written/,
    ],
    ["a folder that is none of a run", () => ["--run", folder.at()], /holds no run \(no config\.json\)/],
    ["a missing checkpoint", () => ["--checkpoint", "9"], /epoch 9 has no checkpoint/],
    ["a test split of a csv", () => ["--split", "test"], /no test split/],
  ])("refuses %s", async (_, flags, message) => {
    const out = folder.at("refused");
    const args = ["plot", "--run", folder.at("run"), "--out", out, ...flags()];
    const { code, stdout, stderr } = await kindred(args);
    expect({ code, stdout }, stderr).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/^kindred: [^\n]*\n$/);
    expect(stderr).toMatch(message);
    expect(existsSync(out)).toBe(false);
  });

  it.each([
    ["--only", "tsne", /expected one of pca, umap, loss, similarity/],
    ["--min-dist", "2", /expected a number from 0 to 1/],
    ["--neighbors", "1", /expected a whole number of 2 or more/],
    ["--pca", "1", /expected a whole number of 2 or more/],
  ])("refuses %s %s", async (flag, value, message) => {
    const { code, stderr } = await kindred(["plot", "--run", folder.at("run"), flag, value]);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });

  it("names the first row whose embedding is not finite", async () => {
    const run = folder.at("broken");
    await cp(folder.at("run"), run, { recursive: true });
    await rm(folder.at("broken", "plots"), { recursive: true, force: true });
    const file = folder.at("broken", "checkpoints", "model_epoch_1.pt");
    const weights = readPt(await readFile(file), file);
    for (const { data } of weights.values()) if (data instanceof Float32Array) data[0] = Number.NaN;
    await writeFile(file, writePt(weights));
    const { code, stderr } = await kindred(["plot", "--run", run]);
    expect(code).toBe(2);
    // All are NaN, and row 81 of the data comes first in the order in which this run takes them.
    expect(stderr).toMatch(
      /kindred: the embedding of row 81 \(counted from 0\) holds NaN in column \d+[^\n]*\n$/,
    );
    expect(existsSync(folder.at("broken", "plots"))).toBe(false);
  });

  it("says how to go on with a run that has not finished an epoch", async () => {
    const run = folder.at("begun");
    await cp(folder.at("run"), run, { recursive: true });
    await rm(folder.at("begun", "metrics.jsonl"));
    const { code, stderr } = await kindred(["plot", "--run", run, "--only", "loss"]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/no epoch has been finished.*kindred train --resume --out .*begun\n$/);
  });
});
