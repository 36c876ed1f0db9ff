import { join, resolve } from "node:path";
import { AbortedError, InputError, Rng, shellWord } from "../../../base/index.ts";
import { className } from "../../../data/index.ts";
import { classSimilarities } from "../../../evaluation/classSimilarities.ts";
import { sampledSimilarities } from "../../../evaluation/sampledSimilarities.ts";
import { fitPca, transformPca, umapSettings } from "../../../projection/index.ts";
import { styleClasses } from "../../../report/classStyles.ts";
import { drawLossFigure } from "../../../report/figures/lossFigure.ts";
import { drawPcaFigure } from "../../../report/figures/pcaFigure.ts";
import { drawSimilarityFigure } from "../../../report/figures/similarityFigure.ts";
import { drawUmapFigure } from "../../../report/figures/umapFigure.ts";
import type { LossRow } from "../../../report/lossData.ts";
import { lossPage } from "../../../report/lossPage.ts";
import { pcaPage } from "../../../report/pcaPage.ts";
import type { PlotPoints, PointNeighbours } from "../../../report/plotPoints.ts";
import { similarityPage } from "../../../report/similarityPage.ts";
import { umapPage } from "../../../report/umapPage.ts";
import type { RunConfig } from "../../../runs/index.ts";
import { labelsTell } from "../../../workspace/labelsTell.ts";
import { requireNew, writeFileAtomic } from "../files/files.ts";
import { outputFolder } from "../files/outputFolder.ts";
import { RunFolder } from "../run/runFolder.ts";
import { nodeNeighbours } from "../umap/neighbours.ts";
import { fitUmap, leastPcaDims } from "../umap/umap.ts";
import { renderFigure } from "./canvas.ts";
import { embedPictures, type PlotInput, readPlotInput } from "./plotInput.ts";
import { plotlySource } from "./plotlySource.ts";
import { type PlotName, type PlotOptions, type PlotsWritten, plotNames } from "./plotOptions.ts";
import { spriteSheets } from "./sprites.ts";

/** Neighbours that the card about a point shows: two rows of three. */
const shownNeighbours = 6;

/** Pairs of each kind in the histograms: a share of 1 % is then known to within 0.07 %. */
const sampledPairs = 20_000;

/** What the files of each plot are called, but for their endings. */
const fileNames: Readonly<Record<PlotName, string>> = {
  pca: "pca-3d",
  umap: "umap-2d",
  loss: "loss",
  similarity: "similarity",
};

/** A plot, ready to be written: its page and its picture. */
interface Plot {
  readonly name: PlotName;
  readonly page: (plotly: string) => string;
  readonly figure: () => Promise<Uint8Array>;
}

/** Embedded pictures. */
interface Embedded {
  readonly input: PlotInput;
  readonly vectors: Float32Array;
  readonly dim: number;
  /** `42,000 pictures of mnist, after 10 epochs` */
  readonly what: string;
}

/**
 * Embeds pictures with a run's encoder and writes, as pages that open without network and as PNG: their principal
 * components in space (`pca-3d`), their UMAP in the plane (`umap-2d`), the losses of the training (`loss`), and the
 * cosine similarities of alike and unalike pairs (`similarity`).
 *
 * Files are written once all is computed, each whole or not at all.
 *
 * @throws InputError when the run, the checkpoint, the data or an option is wrong, pictures are of another size than the
 * encoder's, there are fewer than what was asked for by name needs, an embedding is not finite (row named), or the folder cannot be
 * written, which is tried first; also, without `force`, when another folder than the run's own has such files already.
 * @throws AbortedError when stopped by `signal`.
 */
export async function writePlots(options: PlotOptions): Promise<PlotsWritten> {
  const folder = new RunFolder(options.run);
  const config = await folder.readConfig();
  const names = plotNames.filter((name) => (options.only ?? plotNames).includes(name));
  const own = join(options.run, "plots");
  const out = options.out ?? own;
  const force = options.force === true || resolve(out) === resolve(own);
  for (const path of names.flatMap((name) => filesOf(name, out))) requireNew(path, { force });
  const output = await outputFolder(out);
  try {
    const loss = names.includes("loss") ? [await lossPlot(options.run, config)] : [];
    const asked = names.filter((name) => name !== "loss");
    const input = asked.length > 0 ? await readPlotInput(folder, config, options) : undefined;
    const ofPoints = input ? possible(input, asked, options) : [];
    options.onBegin?.(input ? describe(input) : `the losses of ${options.run}`);
    const points = input ? await pointPlots(input, ofPoints, options) : [];
    return {
      files: await write([...points, ...loss], output.path, options),
      rows: input?.dataset.count ?? 0,
    };
  } catch (error) {
    await output.undo();
    throw error;
  }
}

/**
 * The plots that there are enough pictures for, which is looked at before they are embedded. One that is not and that
 * nobody asked for by name is left out, and said.
 */
function possible(input: PlotInput, names: readonly PlotName[], options: PlotOptions): readonly PlotName[] {
  return names.filter((name) => {
    const why = name === "umap" ? umapProblem(input, options) : name === "pca" ? pcaProblem(input) : null;
    if (why === null) return true;
    if (options.only !== undefined) throw new InputError(why);
    options.onBegin?.(`no ${name}: ${why}`);
    return false;
  });
}

function pcaProblem({ dataset, encoder }: PlotInput): string | null {
  const most = Math.min(dataset.count, encoder.dim);
  if (most >= 3) return null;
  const what = `${dataset.count} ${dataset.count === 1 ? "picture" : "pictures"} in ${encoder.dim} dimensions`;
  return `${what} have no three principal components, expected 3 or more of both: give more pictures (or train with a larger --dim)`;
}

/** @throws InputError when what is asked of UMAP cannot be, whichever plots are drawn. */
function umapProblem({ dataset, encoder }: PlotInput, options: PlotOptions): string | null {
  const { count } = dataset;
  const { pcaDims, nNeighbors } = options;
  const most = Math.min(count, encoder.dim);
  if (pcaDims !== undefined && !(Number.isInteger(pcaDims) && pcaDims >= leastPcaDims && pcaDims <= most)) {
    throw new InputError(
      `PCA to ${pcaDims} components before UMAP (--pca) was asked for of ${count} embeddings of ${encoder.dim} numbers, expected ${leastPcaDims} to ${most}`,
    );
  }
  if (nNeighbors !== undefined && nNeighbors > count) {
    throw new InputError(
      `UMAP by ${nNeighbors} neighbours (--neighbors) was asked for of ${count} pictures, expected 2 to ${count}, a picture itself among them: ask for fewer, or give more pictures`,
    );
  }
  if (count < 2) return `${count} pictures have no neighbours, expected 2 or more: give more pictures`;
  umapSettings(count, umapOptions(options));
  return null;
}

async function pointPlots(
  input: PlotInput,
  names: readonly PlotName[],
  options: PlotOptions,
): Promise<readonly Plot[]> {
  const vectors = await embedPictures(input, options);
  const embedded: Embedded = { input, vectors, dim: input.encoder.dim, what: describe(input) };
  const plots: Plot[] = [];
  const points =
    names.includes("pca") || names.includes("umap") ? await plotPoints(embedded, options) : undefined;
  if (points && names.includes("pca")) plots.push(await pcaPlot(embedded, points, options));
  if (points && names.includes("umap")) plots.push(await umapPlot(embedded, points, options));
  if (names.includes("similarity")) plots.push(await similarityPlot(embedded, options));
  return plots;
}

async function plotPoints({ input, vectors, dim }: Embedded, options: PlotOptions): Promise<PlotPoints> {
  const { onProgress, signal } = options;
  const sheets = await spriteSheets(input.dataset, {
    signal,
    onProgress: (done, total) => onProgress?.("pictures", done, total),
  });
  return {
    rows: input.dataset.rows ?? null,
    classes: styleClasses(input.dataset.labels, "light", input.dataset.classes),
    labelled: labelsTell(input.dataset),
    pictures: sheets,
    neighbours: await neighboursOf(vectors, dim, options),
  };
}

async function neighboursOf(
  vectors: Float32Array,
  dim: number,
  { device = "auto", onProgress, signal }: PlotOptions,
): Promise<PointNeighbours> {
  const k = Math.min(shownNeighbours, vectors.length / dim - 1);
  const { indices, distances } = await nodeNeighbours(device, vectors, vectors, dim, k, {
    metric: "cosine",
    selfIndex: (row) => row,
    onProgress: (done, total) => onProgress?.("neighbours", done, total),
    signal,
  });
  return { k, indices, similarities: distances.map((distance) => 1 - distance) };
}

async function pcaPlot(
  { vectors, dim, what }: Embedded,
  points: PlotPoints,
  { signal }: PlotOptions,
): Promise<Plot> {
  const rows = vectors.length / dim;
  const stop = signal ? { signal } : {};
  const model = await fitPca(vectors, rows, dim, 3, stop);
  const positions = await transformPca(model, vectors, rows, stop);
  const explainedVarianceRatio = Array.from(model.explainedVarianceRatio);
  const explained = explainedVarianceRatio.reduce((sum, ratio) => sum + ratio, 0);
  const subtitle = `${what}. The first three of ${dim} principal components hold ${percent(explained)} of the variance.`;
  const shown = { subtitle, points, positions, explainedVarianceRatio };
  return {
    name: "pca",
    page: (plotly) => pcaPage({ ...shown, plotly }),
    figure: () => renderFigure((context) => drawPcaFigure(context, { ...shown, classes: points.classes })),
  };
}

async function umapPlot(
  { vectors, dim, what }: Embedded,
  points: PlotPoints,
  options: PlotOptions,
): Promise<Plot> {
  const { device, onProgress, pcaDims, signal } = options;
  const { positions } = await fitUmap(vectors, dim, {
    ...umapOptions(options),
    pcaDims,
    device,
    signal,
    onProgress: ({ stage, done, total }) => onProgress?.(`UMAP ${stage}`, done, total),
  });
  const { nNeighbors, minDist, metric } = umapSettings(vectors.length / dim, umapOptions(options));
  const from =
    pcaDims === undefined
      ? `of ${dim} dimensions`
      : `of ${pcaDims} principal components of ${dim} dimensions`;
  const subtitle = `${what}. UMAP ${from}, ${metric}, ${nNeighbors} neighbours, minimal distance ${minDist}.`;
  const shown = { subtitle, points, positions };
  return {
    name: "umap",
    page: (plotly) => umapPage({ ...shown, plotly }),
    figure: () =>
      renderFigure((context) => drawUmapFigure(context, { subtitle, positions, classes: points.classes })),
  };
}

async function similarityPlot(
  { input, vectors, dim, what }: Embedded,
  { seed = 0, signal }: PlotOptions,
): Promise<Plot> {
  const { labels } = input.dataset;
  const stop = signal ? { signal } : {};
  const { labels: classes, means } = await classSimilarities(vectors, labels, dim, stop);
  const sample = sampledSimilarities(vectors, labels, dim, sampledPairs, Rng.of(seed, "plot", "pairs"));
  const names = classes.map((label) => className(input.dataset, label));
  const similarity = { ...sample, names, means };
  const pairs = `${sampledPairs.toLocaleString("en")} pairs`;
  const subtitle =
    names.length > 1
      ? `${what}. Histograms of ${pairs} of each kind drawn at random, means over all pairs.`
      : `${what}. A histogram of ${pairs} drawn at random.`;
  return {
    name: "similarity",
    page: (plotly) => similarityPage({ subtitle, similarity, plotly }),
    figure: () => renderFigure((context) => drawSimilarityFigure(context, { subtitle, similarity })),
  };
}

async function lossPlot(run: string, config: RunConfig): Promise<Plot> {
  const rows = await readLossRows(run);
  const { data, sampler, batchSize, optimizer, seed } = config;
  const subtitle = `${rows.length} ${rows.length === 1 ? "epoch" : "epochs"} on ${data.source}, batches of ${batchSize} ${sampler.name === "pairs" ? "pairs" : "pictures"}, ${optimizer.name} from ${optimizer.learningRate}, seed ${seed}.`;
  return {
    name: "loss",
    page: (plotly) => lossPage({ subtitle, rows, plotly }),
    figure: () => renderFigure((context) => drawLossFigure(context, { subtitle, rows })),
  };
}

/**
 * The epochs of a run's `metrics.jsonl`.
 *
 * @throws InputError when no epoch has been finished, or a line is none of an epoch (the line is named).
 */
export async function readLossRows(run: string): Promise<readonly LossRow[]> {
  const rows = await new RunFolder(run).readMetrics();
  if (rows.length === 0) {
    throw new InputError(
      `${run}: no epoch has been finished, so there is no loss to plot: go on with kindred train --resume --out ${shellWord(run)}`,
    );
  }
  return rows.map((row) => ({ ...row, trainLoss: Number.isNaN(row.trainLoss) ? null : row.trainLoss }));
}

async function write(plots: readonly Plot[], folder: string, options: PlotOptions): Promise<string[]> {
  const plotly = await plotlySource();
  const work = plots.flatMap(({ name, page, figure }) => {
    const [html, png] = filesOf(name, folder);
    return [
      { file: html, content: async () => page(plotly) },
      { file: png, content: figure },
    ];
  });
  for (const [index, { file, content }] of work.entries()) {
    if (options.signal?.aborted) throw new AbortedError("writing the plots was stopped");
    await writeFileAtomic(file, await content());
    options.onProgress?.("writing", index + 1, work.length);
  }
  return work.map(({ file }) => file).sort((a, b) => Number(a.endsWith(".png")) - Number(b.endsWith(".png")));
}

/** The page and the picture of a plot. */
function filesOf(name: PlotName, folder: string): readonly [string, string] {
  return [join(folder, `${fileNames[name]}.html`), join(folder, `${fileNames[name]}.png`)];
}

function umapOptions({ nNeighbors, minDist, metric = "cosine", umapEpochs, seed }: PlotOptions) {
  return { nNeighbors, minDist, metric, nEpochs: umapEpochs, seed };
}

function describe({ dataset, epochs }: PlotInput): string {
  return `${dataset.count.toLocaleString("en")} pictures of ${dataset.name}, after ${epochs} ${epochs === 1 ? "epoch" : "epochs"} of training`;
}

const percent = (share: number): string => `${Math.round(100 * share)} %`;
