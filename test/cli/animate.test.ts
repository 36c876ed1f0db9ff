import { readFile, writeFile } from "node:fs/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { filmOf, type PreparedRecording, prepareRecording } from "../../src/platform/node/film/film.ts";
import { readRecording } from "../../src/platform/node/run/recording.ts";
import { type DrawnPoint, drawnPoints, type Film, frameOf } from "../../src/report/film/index.ts";
import { cropped, mnist, writeCsv } from "./dataFiles.fixture.ts";
import { type DecodedFrame, decodeFilm } from "./decodeFilm.fixture.ts";
import { kindred, kindredOk, temporaryFolder } from "./kindred.fixture.ts";
import { namesBelow } from "./runFiles.fixture.ts";

const folder = temporaryFolder();
const seconds = 2;
const frames = 30 * seconds;
const size = { width: 1280, height: 720 };
/** Points are drawn left of this, the legend right of it. */
const plotEnd = 850;

const run = (): string => folder.at("run");

beforeAll(async () => {
  await writeCsv(folder.at("digits.csv"), cropped(await mnist(400), 16));
  const training = ["--data", folder.at("digits.csv"), "--validation", "50", "--epochs", "3"];
  await kindredOk(["train", ...training, "--batch-size", "16", "--out", run()]);
});

function rgb(hex: string): readonly [number, number, number] {
  const value = Number.parseInt(hex.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

const difference = (a: readonly number[], b: readonly number[]): number =>
  Math.hypot(...a.map((value, i) => value - b[i]!));

/** Points in the order of the sample. */
const placed = (film: Film, frame: number): readonly DrawnPoint[] =>
  drawnPoints(film, frameOf(film, frame)).sort((a, b) => a.row - b.row);

/** Whether a pixel has a class's colour, the light ground shining through it by up to 0.6. */
function isLike(seen: readonly number[], hex: string, ground: readonly number[]): boolean {
  const colour = rgb(hex);
  return [0.4, 0.55, 0.7, 0.85, 1].some(
    (opacity) =>
      difference(
        seen,
        colour.map((value, i) => value * opacity + ground[i]! * (1 - opacity)),
      ) < 40,
  );
}

/** The part of the points at whose place the picture has their class's colour. */
function pointsFound(film: Film, frame: number, picture: DecodedFrame): number {
  const ground = picture.at(4, 4);
  const found = placed(film, frame).filter(({ x, y, classIndex }) =>
    isLike(picture.at(Math.round(x), Math.round(y)), film.colours[classIndex]!, ground),
  );
  return found.length / film.path.count;
}

describe("kindred animate", () => {
  let summary: { films: { file: string; view: "pca" | "umap" }[] };
  let prepared: PreparedRecording;

  beforeAll(async () => {
    const { stdout } = await kindredOk(["animate", "--run", run(), "--seconds", String(seconds), "--json"]);
    expect(stdout.trim().split("\n")).toHaveLength(1);
    summary = JSON.parse(stdout);
    prepared = await prepareRecording(await readRecording(run()));
  });

  it("writes a film of each view into the run, named by its epochs, and says so", async () => {
    const film = { ...size, codec: "avc1.42001f", fps: 30, frames, bytes: expect.any(Number) };
    expect(summary).toEqual({
      run: run(),
      films: [
        { ...film, view: "pca", file: folder.at("run", "contrastive_Training_3.mp4") },
        { ...film, view: "umap", file: folder.at("run", "contrastive_Training_3_umap.mp4") },
      ],
      seconds: expect.any(Number),
    });
    const films = (await namesBelow(run())).filter((name) => /\.(mp4|tmp)$/.test(name));
    expect(films).toEqual(["contrastive_Training_3.mp4", "contrastive_Training_3_umap.mp4"]);
  });

  it.each(["pca", "umap"] as const)(
    "decodes, %s: codec, size, frames, the classes' colours where the points are",
    async (view) => {
      const { file } = summary.films.find((film) => film.view === view)!;
      const decoded = await decodeFilm(file, [0, frames / 2, -1]);
      expect(decoded).toMatchObject({ ...size, codec: "avc", frames, fastStart: true });
      expect(decoded.codecString).toBe("avc1.42001f");
      expect(decoded.mimeType).toMatch(/^video\/mp4/);
      expect(decoded.duration).toBeCloseTo(seconds, 2);
      expect([...decoded.kept.keys()].sort((a, b) => a - b)).toEqual([0, frames / 2, frames - 1]);

      const film = await filmOf(prepared, { view, seconds, fps: 30, seed: 1 });
      expect(film.classes).toEqual(["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]);
      for (const [number, picture] of decoded.kept) {
        expect(picture.time).toBeCloseTo(number / 30, 4);
        // Not black: a light ground with darker writing and points on it.
        expect(Math.min(...picture.at(4, 4))).toBeGreaterThan(230);
        // At first all lie on each other.
        if (number > 0) expect(pointsFound(film, number, picture)).toBeGreaterThan(0.6);
      }
      const last = decoded.kept.get(frames - 1)!;
      for (const [index, hex] of film.colours.entries()) {
        let inPlot = 0;
        let inLegend = 0;
        for (let y = 0; y < size.height; y += 4) {
          for (let x = 0; x < size.width; x += 4) {
            if (!isLike(last.at(x, y), hex, last.at(4, 4))) continue;
            if (x < plotEnd) inPlot++;
            else inLegend++;
          }
        }
        expect(inPlot, `${film.classes[index]} among the points`).toBeGreaterThan(10);
        expect(inLegend, `${film.classes[index]} in the legend`).toBeGreaterThan(10);
      }
    },
  );

  it.each(["pca", "umap"] as const)(
    "moves the points little from frame to frame, %s: nothing flips",
    async (view) => {
      const film = await filmOf(prepared, { view, seconds, fps: 30, seed: 1 });
      let before = placed(film, 0);
      let travelled = 0;
      for (let frame = 1; frame < frames; frame++) {
        const now = placed(film, frame);
        const moved = now.map(({ x, y }, row) => Math.hypot(x - before[row]!.x, y - before[row]!.y));
        const mean = moved.reduce((sum, distance) => sum + distance, 0) / moved.length;
        // Learning alone moves them by some 10 pixels here, one flip between two snapshots by some 30.
        expect(mean).toBeLessThan(16);
        travelled += mean;
        before = now;
      }
      expect(travelled).toBeGreaterThan(50);
    },
  );

  it("makes the film that is asked for: view, name, size, rate and length", async () => {
    const out = folder.at("films", "own.mp4");
    const asked = ["--view", "umap", "--size", "640x480", "--fps", "10", "--seconds", "1", "--out", out];
    const { stdout } = await kindredOk(["animate", "--run", run(), ...asked]);
    expect(stdout).toMatch(/own\.mp4: UMAP to 2 dimensions, 1 s, 640x480 at 10 frames\/s, \d\.\d MB\n/);
    expect(await decodeFilm(out, [])).toMatchObject({ width: 640, height: 480, frames: 10 });
    expect(await namesBelow(folder.at("films"))).toEqual(["own.mp4"]);
  });

  it("stops at Ctrl-C with exit code 130 and leaves no film behind", async () => {
    const out = folder.at("stopped", "own.mp4");
    const film = ["--view", "pca", "--seconds", "60", "--out", out];
    const { code, stdout, stderr } = await kindred(["animate", "--run", run(), ...film], {
      stopAt: "pca: frames",
    });
    expect({ code, stdout }, stderr).toEqual({ code: 130, stdout: "" });
    expect(stderr).toMatch(/^stopped: the film under way was not written$/m);
    expect(await namesBelow(folder.at("stopped"))).toEqual([]);
  });
});

describe("kindred animate with bad input", () => {
  async function refusal(...flags: string[]): Promise<string> {
    const { code, stdout, stderr } = await kindred(["animate", ...flags]);
    expect({ code, stdout }, stderr).toEqual({ code: 2, stdout: "" });
    return stderr;
  }

  it("says which command records embeddings where there are none", async () => {
    const training = [
      "--data",
      folder.at("digits.csv"),
      "--validation",
      "50",
      "--epochs",
      "1",
      "--no-record",
    ];
    await kindredOk(["train", ...training, "--out", folder.at("plain")]);
    expect((await namesBelow(folder.at("plain"))).filter((name) => name.startsWith("recording"))).toEqual([]);
    const line = await refusal("--run", folder.at("plain"));
    expect(line).toBe(
      `kindred: ${folder.at("plain")} has no recorded embeddings (recording/index.json): train it with kindred train --record --out ${folder.at("plain")}\n`,
    );
    expect(await refusal("--run", folder.at("none"))).toMatch(/^kindred: .*none holds no run .*\n$/);
  });

  it("finds an unwritable path before it begins, in one line", async () => {
    await writeFile(folder.at("file"), "in the way");
    const blocked = folder.at("file", "own.mp4");
    expect(await refusal("--run", run(), "--out", blocked)).toMatch(
      /^kindred: .*own\.mp4 cannot be written: .*\n$/,
    );
    const device = await refusal("--run", run(), "--view", "pca", "--out", "/proc/own.mp4");
    expect(device).toMatch(/^kindred: \/proc\/own\.mp4 cannot be written: .*\n$/);
    expect(await readFile(folder.at("file"), "utf8")).toBe("in the way");
  });

  it("names what is wrong with a size, a rate and a name", async () => {
    expect(await refusal("--run", run(), "--size", "wide")).toMatch(/expected a size such as 1280x720/);
    expect(await refusal("--run", run(), "--size", "641x480")).toMatch(
      /^kindred: a video of 641x480 cannot be made, expected even sides of 16 or more\n$/,
    );
    expect(await refusal("--run", run(), "--size", "8000x6000")).toMatch(
      /is more than H\.264 level 5\.2 holds/,
    );
    expect(await refusal("--run", run(), "--out", folder.at("own.gif"))).toMatch(/own\.gif is no \.mp4 file/);
  });
});
