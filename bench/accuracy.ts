import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ImageDataset } from "../src/index.ts";
import { loadDataset } from "../src/node.ts";
import { type Curve, type Point, renderAccuracyFigure } from "./accuracyFigure.ts";
import { kindred } from "./kindred.ts";
import { type CurvePlan, lessonCurve } from "./lessonCurve.ts";
import { writeMnistCsv } from "./mnistCsv.ts";
import { runPeer } from "./peer.ts";
import { measured, type Section, sections } from "./results.ts";
import { machine, row } from "./resultsPage.ts";

/** When the lesson's training is evaluated, ours and PyTorch's. */
const plan: CurvePlan = { at: [30, 60, 90, 120, 150, 180, 240], enough: 0.991 };

/** Accuracies to be reached. */
const targets = [0.98, 0.985, 0.99, 0.995] as const;

/** More and more training by the fast recipe: each is a whole run, as its learning rate goes down towards its end. */
const settings: readonly (readonly string[])[] = [
  ["--epochs", "1"],
  ["--epochs", "2"],
  ["--epochs", "4"],
];

/** What it takes to go further: twice the channels, bent digits, and all of MNIST's training pictures. */
const further = ["--width", "32", "--elastic", "20", "--epochs", "9", "--validation", "0"] as const;

/**
 * Seconds to an accuracy on MNIST's 10,000 test pictures, by their nearest among the training pictures. Ours are those
 * of the whole commands `kindred train --recipe fast` and `kindred eval`, from the CSV on disk to the number
 * as `kindred eval` says it; those of the lesson, ours and PyTorch's, are of its training alone.
 */
export async function benchAccuracy(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "kindred-bench-"));
  try {
    const training = await loadDataset("mnist");
    const test = await loadDataset("mnist", { split: "test" });
    const fast: FastPoint[] = [];
    for (const flags of settings) fast.push(await trainAndEvaluate(folder, training, "mnist", flags));
    const all = await loadDataset("mnist-60k");
    const wide = await trainAndEvaluate(folder, all, "mnist-60k", further);
    const lesson = await lessonCurve(test, training, plan);
    for (const point of lesson) print("lesson", point);
    const { points, peer } = await peerCurve(folder, training, test);
    for (const point of points) print(peer, point);
    for (const target of targets) {
      compare(`CSV to 1-NN ${target} printed, recipe fast`, target, [...fast, wide], points, peer);
      compare(`training to 1-NN ${target}, recipe lesson`, target, lesson, points, peer);
    }
    const curves: Curve[] = [
      { name: "Kindred, fast, from the CSV: 1, 2 and 4 epochs", points: fast },
      {
        name: `Kindred, fast, from a CSV of ${all.count.toLocaleString("en")}: ${further.join(" ")}`,
        points: [wide],
      },
      { name: "Kindred, lesson, training alone", points: lesson },
      ...(points.length > 0 ? [{ name: `${peer}, training alone`, points }] : []),
    ];
    sections.push(await accuracySection(curves, peer));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A point of the recipe `fast`, whose metrics are those that `kindred eval` says. */
interface FastPoint extends Point {
  readonly mapAtR: number;
}

function print(name: string, { seconds, knn1 }: Point, more = ""): void {
  process.stdout.write(
    `${name.padEnd(40)} ${seconds.toFixed(1).padStart(7)} s   1-NN ${knn1.toFixed(4)}${more}\n`,
  );
}

/** Seconds to the target, beside the peer's; nothing is said of a target that ours did not reach. */
function compare(
  what: string,
  target: number,
  own: readonly Point[],
  peers: readonly Point[],
  peer: string,
): void {
  const ours = reached(own, target);
  if (ours === null) return;
  const theirs = reached(peers, target);
  measured({
    bench: "accuracy",
    what,
    unit: "s",
    better: "less",
    digits: 1,
    ours: [ours],
    peer: theirs === null && peers.length > 0 ? `${peer}: not in ${plan.at.at(-1)} s` : peer,
    theirs: theirs === null ? [] : [theirs],
  });
}

/** Seconds of the first point that is at the target or above. */
function reached(curve: readonly Point[], target: number): number | null {
  return curve.find(({ knn1 }) => knn1 >= target)?.seconds ?? null;
}

async function trainAndEvaluate(
  folder: string,
  training: ImageDataset,
  evaluatedOn: string,
  flags: readonly string[],
): Promise<FastPoint> {
  const csv = join(folder, `train-${training.count}.csv`);
  if (!existsSync(csv)) await writeMnistCsv(csv, training);
  const run = join(folder, "run");
  const begin = performance.now();
  await kindred(["train", "--recipe", "fast", "--data", csv, "--out", run, "--force", ...flags]);
  // What comes after the encoder's own line are the baselines.
  const line = /^encoder: 1-NN (\S+), MAP@R (\S+)$/m;
  const { stderr } = await kindred(["eval", "--run", run, "--data", evaluatedOn], { until: line });
  const seconds = (performance.now() - begin) / 1000;
  const [, knn1, mapAtR] = line.exec(stderr)!;
  const point = { seconds, knn1: Number(knn1), mapAtR: Number(mapAtR) };
  print(["fast", ...flags].join(" "), point, `   MAP@R ${mapAtR}`);
  return point;
}

async function peerCurve(
  folder: string,
  training: ImageDataset,
  test: ImageDataset,
): Promise<{ points: readonly Point[]; peer: string }> {
  const pixels = join(folder, "pixels.u8");
  const labels = join(folder, "labels.i32");
  await writeFile(pixels, Buffer.concat([training.pixels, test.pixels]));
  await writeFile(labels, Int32Array.of(...training.labels, ...test.labels));
  const args = [pixels, labels, training.count, plan.at.join(), plan.enough];
  const result = await runPeer("accuracy.py", args);
  if (!result.ran) return { points: [], peer: result.why };
  const { version, threads, curve } = result.value;
  return { points: curve as Point[], peer: `PyTorch ${version}, ${threads} threads, lesson` };
}

async function accuracySection(curves: readonly Curve[], peer: string): Promise<Section> {
  const subtitle = `MNIST's 10,000 test pictures by the nearest of the 42,000 training pictures, or of all 60,000; ${machine()}`;
  return {
    title: "Accuracy over seconds",
    lines: [
      "The recipe `fast`: whole commands from the CSV on disk to the accuracy said, each point a run of its own. The lesson, ours and",
      `the peer's: seconds of training alone, one run, evaluated at the same points until ${plan.enough} is reached.`,
      ...(curves.length < 4 ? [`No peer: ${peer}.`] : []),
      "",
      row(["curve", "seconds", "1-NN accuracy", "MAP@R"]),
      row(["---", "---", "---", "---"]),
      ...curves.flatMap(({ name, points }) =>
        points.map(({ seconds, knn1, mapAtR }) =>
          row([name, seconds.toFixed(1), knn1.toFixed(4), mapAtR?.toFixed(4) ?? ""]),
        ),
      ),
    ],
    picture: {
      name: "accuracy.png",
      text: "1-NN accuracy over seconds: Kindred's fast recipe, the lesson by Kindred, and the lesson by PyTorch",
      png: await renderAccuracyFigure(curves, subtitle),
    },
  };
}
