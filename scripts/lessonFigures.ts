/**
 * Makes the figures of docs/lesson.md and of the README from a real run, which it trains first if it is not there.
 *
 *   node scripts/lessonFigures.ts [run]     default: runs/lesson10, the lesson's ten epochs on MNIST
 */

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { filmOf, prepareRecording, readRecording } from "../src/node.ts";
import { createCanvas } from "../src/platform/node/figures/canvas.ts";
import { writeFileAtomic } from "../src/platform/node/files/files.ts";
import { drawFrame } from "../src/report/film/index.ts";

const run = process.argv[2] ?? "runs/lesson10";
const images = join(import.meta.dirname, "..", "docs", "images");
const size = { width: 1280, height: 720 };

function kindred(...args: readonly string[]): void {
  const program = join(import.meta.dirname, "..", "src", "cli", "bin.ts");
  const { status } = spawnSync(process.execPath, [program, ...args], { stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}

/** Stills of the film: before the first step, when half of the pictures find their like, and at the end. */
async function filmStills(): Promise<void> {
  const prepared = await prepareRecording(await readRecording(run));
  const film = await filmOf(prepared, { view: "pca", seconds: 25, fps: 30, seed: 1 });
  const canvas = await createCanvas(size.width, size.height);
  const early = Math.round(film.frames * 0.12);
  for (const [name, frame] of Object.entries({ start: 0, early, end: film.frames - 1 })) {
    drawFrame(canvas.getContext("2d"), film, frame, size);
    await writeFileAtomic(join(images, `film-${name}.png`), await canvas.encode("png"));
  }
}

if (!existsSync(join(run, "config.json"))) {
  kindred("train", "--recipe", "lesson", "--epochs", "10", "--out", run);
}
kindred("eval", "--run", run);
kindred("plot", "--run", run);
kindred("animate", "--run", run);
await copyFile(join(run, "figures", "pairs.png"), join(images, "pairs.png"));
for (const name of ["pca-3d", "umap-2d", "loss", "similarity"]) {
  await copyFile(join(run, "plots", `${name}.png`), join(images, `${name}.png`));
}
await filmStills();
