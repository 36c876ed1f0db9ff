import { join } from "node:path";
import { AbortedError, InputError } from "../../../base/index.ts";
import { unitRows } from "../../../base/unitRows.ts";
import { centredUnitRows } from "../../../evaluation/across/centring.ts";
import { type ModalityEmbeddings, requireModalities } from "../../../evaluation/across/modalityEmbeddings.ts";
import { similaritiesAcross } from "../../../evaluation/across/similaritiesAcross.ts";
import { fitPca, transformPca, umapSettings } from "../../../projection/index.ts";
import { type AlignmentRow, drawAlignmentFigure } from "../../../report/joint/alignmentFigure.ts";
import { alignmentPage } from "../../../report/joint/alignmentPage.ts";
import { drawJointFigure } from "../../../report/joint/jointFigure.ts";
import { jointPage } from "../../../report/joint/jointPage.ts";
import { type JointPoints, type JointView, jointPoints } from "../../../report/joint/jointPoints.ts";
import { drawSimilaritiesFigure, type ModalityPair } from "../../../report/joint/similaritiesFigure.ts";
import { similaritiesPage } from "../../../report/joint/similaritiesPage.ts";
import { writeFileAtomic } from "../files/files.ts";
import type { DeviceName } from "../ort/devices.ts";
import { fitUmap } from "../umap/umap.ts";
import { renderFigure } from "./canvas.ts";
import { plotlySource } from "./plotlySource.ts";

export type { AlignmentRow };

/** The embeddings of one modality, with what is shown of a point. */
export interface PlottedModality extends ModalityEmbeddings {
  /** `[rows]`, such as captions. */
  readonly texts?: readonly string[] | undefined;
}

/** Options of {@link writeJointPlots}. */
export interface JointPlotOptions {
  readonly modalities: readonly PlottedModality[];
  /** By label; null for their numbers. */
  readonly classNames: readonly string[] | null;
  /** What is shown, such as `2,000 rows of digits, after 20 epochs`. */
  readonly what: string;
  /** A folder that exists. */
  readonly out: string;
  /** Recall and temperature by epoch; without them, no plot of these. */
  readonly epochs?: readonly AlignmentRow[] | undefined;
  /** Of UMAP. */
  readonly seed: number;
  readonly device?: DeviceName | undefined;
  readonly onProgress?: ((what: string, done: number, total: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What the files of the plots are called, but for their endings. */
export const jointPlotNames = ["joint-pca", "joint-umap", "modalities", "alignment"] as const;

/** Classes in a matrix: more are no longer told apart. */
const mostClasses = 40;

interface Drawing {
  readonly name: string;
  readonly page: (plotly: string) => string;
  readonly figure: () => Promise<Uint8Array>;
}

/**
 * Writes the plots of a space of several modalities, each as a page that opens without network and as PNG: the joint map by PCA
 * (`joint-pca`) and by UMAP (`joint-umap`), the similarities of the classes of every two modalities before and after centring
 * (`modalities`), and, where epochs are given, recall and temperature (`alignment`).
 *
 * @returns the files written
 * @throws InputError when there are no two modalities, sizes or dims do not fit, a value is not finite, or there are too few rows for UMAP.
 * @throws AbortedError when stopped by `signal`.
 */
export async function writeJointPlots(options: JointPlotOptions): Promise<readonly string[]> {
  const { modalities, classNames, what, out, epochs, seed, device, onProgress, signal } = options;
  if (modalities.length < 2) {
    throw new InputError(`${modalities.length} modality was given to plot, expected two or more`);
  }
  requireModalities(modalities);
  const { dim } = modalities[0]!;
  const points = jointPoints(modalities, classNames);
  const vectors = joined(modalities);
  const count = vectors.length / dim;
  const stop = signal ? { signal } : {};
  // First, as it fails soonest.
  const matrices = await similarities(options);
  onProgress?.("PCA", 0, 1);
  const model = await fitPca(vectors, count, dim, 2, stop);
  const held = model.explainedVarianceRatio.reduce((sum, ratio) => sum + ratio, 0);
  const pca = map(points, await transformPca(model, vectors, count, stop), {
    view: "pca",
    subtitle: `${what}. The first two of ${dim} principal components hold ${Math.round(100 * held)} % of the variance.`,
  });
  const settings = { seed, metric: "cosine" as const };
  const { positions } = await fitUmap(vectors, dim, {
    ...settings,
    device,
    signal,
    onProgress: ({ stage, done, total }) => onProgress?.(`UMAP ${stage}`, done, total),
  });
  const { nNeighbors, minDist } = umapSettings(count, settings);
  const umap = map(points, positions, {
    view: "umap",
    subtitle: `${what}. UMAP of ${dim} dimensions, cosine, ${nNeighbors} neighbours, minimal distance ${minDist}.`,
  });
  const drawings = [pca, umap, matrices, ...(epochs?.length ? [curves(epochs, what)] : [])];
  const plotly = await plotlySource();
  const files: string[] = [];
  for (const [index, { name, page, figure }] of drawings.entries()) {
    if (signal?.aborted) throw new AbortedError("writing the plots was stopped");
    const [html, png] = [join(out, `${name}.html`), join(out, `${name}.png`)];
    await writeFileAtomic(html, page(plotly));
    await writeFileAtomic(png, await figure());
    files.push(html, png);
    onProgress?.("writing", index + 1, drawings.length);
  }
  return files;
}

function joined(modalities: readonly PlottedModality[]): Float32Array {
  const units = modalities.map(({ embeddings, dim }) => unitRows(embeddings, dim));
  const all = new Float32Array(units.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const rows of units) {
    all.set(rows, at);
    at += rows.length;
  }
  return all;
}

function map(
  points: JointPoints,
  positions: Float32Array,
  said: { readonly view: JointView; readonly subtitle: string },
): Drawing {
  const shown = { ...said, points, positions };
  return {
    name: `joint-${said.view}`,
    page: (plotly) => jointPage({ ...shown, plotly }),
    figure: () => renderFigure((context) => drawJointFigure(context, shown)),
  };
}

async function similarities({ modalities, classNames, what, signal }: JointPlotOptions): Promise<Drawing> {
  const labels = [...new Set(modalities.flatMap((one) => Array.from(one.labels)))].sort((a, b) => a - b);
  const shownLabels = new Set(labels.slice(0, mostClasses));
  const centred = modalities.map((one) => ({ ...one, embeddings: centredUnitRows(one.embeddings, one.dim) }));
  const pairs: ModalityPair[] = [];
  for (const [a, one] of modalities.entries()) {
    for (let b = a + 1; b < modalities.length; b++) {
      const plain = await similaritiesAcross(of(one, shownLabels), of(modalities[b]!, shownLabels), signal);
      const after = await similaritiesAcross(
        of(centred[a]!, shownLabels),
        of(centred[b]!, shownLabels),
        signal,
      );
      const names = plain.labels.map((label) => classNames?.[label] ?? String(label));
      if (names.length === 0) continue;
      pairs.push({
        a: one.modality,
        b: modalities[b]!.modality,
        names,
        plain: plain.means,
        centred: after.means,
      });
    }
  }
  if (pairs.length === 0)
    throw new InputError("no two modalities have a class in common, expected one or more");
  const cut = labels.length > mostClasses ? ` The first ${mostClasses} of ${labels.length} classes.` : "";
  const shown = { subtitle: `${what}. Means over all pairs of rows.${cut}`, pairs };
  return {
    name: "modalities",
    page: (plotly) => similaritiesPage({ ...shown, plotly }),
    figure: () => renderFigure((context) => drawSimilaritiesFigure(context, shown)),
  };
}

/** The rows of some labels. */
function of(one: ModalityEmbeddings, wanted: ReadonlySet<number>): ModalityEmbeddings {
  const { labels, embeddings, dim } = one;
  const rows = Array.from(labels, (label, row) => (wanted.has(label) ? row : -1)).filter((row) => row >= 0);
  const kept = new Float32Array(rows.length * dim);
  for (const [at, row] of rows.entries()) kept.set(embeddings.subarray(row * dim, (row + 1) * dim), at * dim);
  return { ...one, labels: rows.map((row) => labels[row]!), embeddings: kept };
}

function curves(rows: readonly AlignmentRow[], what: string): Drawing {
  const shown = { subtitle: `${what}. Recall@1 on validation.`, rows };
  return {
    name: "alignment",
    page: (plotly) => alignmentPage({ ...shown, plotly }),
    figure: () => renderFigure((context) => drawAlignmentFigure(context, shown)),
  };
}
