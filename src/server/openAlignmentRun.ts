import { embeddingColumn } from "../alignment/index.ts";
import { InputError } from "../base/index.ts";
import { unitRows } from "../base/unitRows.ts";
import type { Column, Preview } from "../data/index.ts";
import { AudioColumn, placed } from "../modality/audio/index.ts";
import { ImageColumn, type Preprocessing, preprocessingSchema } from "../modality/image/index.ts";
import { modalityNamed } from "../modality/modality.ts";
import { requireText, type TextPreparation, textColumn, textPreview } from "../modality/text/index.ts";
import type { FrozenTower } from "../platform/node/alignment/frozenTower.ts";
import { openAlignment, sensesSource, soundForm } from "../platform/node/alignment/openAlignment.ts";
import { sampledRows } from "../platform/node/alignment/sampledRows.ts";
import type { AlignedState, SenseTower } from "../platform/node/alignment/senseTower.ts";
import { readSound } from "../platform/node/audio/readSound.ts";
import { makeThumbnails } from "../platform/node/pictureIndex/thumbnails.ts";
import { fitUpload } from "../platform/node/pictures/decode/uploads.ts";
import type { RunFolder } from "../platform/node/run/runFolder.ts";
import { type AlignmentConfig, describedTower } from "../runs/index.ts";
import type { Runtime } from "../runtime/index.ts";
import { Embedder } from "../train/index.ts";
import {
  alignmentInfo,
  imageQueryFor,
  type ModalityQuery,
  type RunProgress,
  type ShownRows,
  shownTogether,
} from "../workspace/index.ts";
import { checkpointIn, type OpenRun, type Split, takesNoPictures } from "./openedRun.ts";
import { Problem } from "./problem.ts";

export interface OpenAlignmentRunOptions {
  readonly runtime: () => Promise<Runtime>;
  readonly split?: Split | undefined;
  readonly outside?: boolean;
  readonly progress: (shown: ShownRows) => Promise<RunProgress>;
}

/** What is asked of a tower as a column of one row, what of it is shown, and what was left out. */
interface AskedRow {
  readonly column: Column;
  readonly preview: Preview | null;
  readonly note: string | null;
}

/**
 * Opens a run of several modalities. It shows the rows that it is measured by, of each modality up to 2,000.
 *
 * @throws InputError when its data cannot be read or has no such rows, a locked tower is not there, or a split is asked for.
 */
export async function openAlignmentRun(
  folder: RunFolder,
  config: AlignmentConfig,
  { runtime, split, outside = false, progress }: OpenAlignmentRunOptions,
): Promise<OpenRun> {
  if (split !== undefined) {
    throw new InputError(
      `--split ${split} names pictures of a run of pictures, and ${folder.path} is of several modalities, which shows what it is measured by: leave it out`,
    );
  }
  // What it was trained on is not kept.
  const { towers, preparation, measured } = await openAlignment(config, {
    ...{ runtime: await runtime(), outside },
  });
  const { of, rows } = await measured();
  const shown = shownTogether(sampledRows(rows, config.seed));
  const senseOf = (modality: string): SenseTower | null =>
    towers.find((sense) => sense.modality === modality) ?? null;
  const stateAt = async (checkpoint: number): Promise<AlignedState> =>
    (await folder.readWeights(checkpoint)).weights;

  const told = await progress(shown);
  const state = await stateAt(told.checkpoints.at(-1)!);
  const preprocessing = picturePreprocessing(senseOf("image"), state);
  const form = await soundFormOf(config, senseOf("audio"));
  const queries: Record<string, ModalityQuery> = { text: { kind: "text" } };
  if (preprocessing) {
    queries.image = imageQueryFor(preprocessing, config.data.source === sensesSource);
  }
  if (form) queries.audio = { kind: "audio", seconds: form.seconds };
  const info = alignmentInfo(config, {
    ...told,
    queries,
    towers: towers.map((sense) => sense.whole(state).tower),
  });
  const columns = shown.parts.map(({ column }) => column.fingerprint());
  return {
    ...{ folder, info, shown, part: of, pictures: null },
    // A locked tower is in no checkpoint.
    fingerprint: JSON.stringify([await Promise.all(columns), config.towers]),
    towers: async (checkpoint) => {
      const weights = await stateAt(checkpoint);
      return shown.parts.flatMap(({ column, items }) => {
        const whole = senseOf(column.modality)!.whole(weights);
        return [{ tower: whole.tower, weights: whole.state, column, rows: items }];
      });
    },
    imageModel: async (checkpoint) => {
      const sense = senseOf("image");
      if (!sense) throw takesNoPictures(info);
      const model = sense.model(await stateAt(checkpoint));
      if ("tower" in model) {
        return (await describedTower(model, { epoch: checkpoint, classes: config.data.classes })).onnx;
      }
      const [, onnx] = model.files.find(([name]) => name === model.described.file)!;
      return new Uint8Array(typeof onnx === "string" ? new TextEncoder().encode(onnx) : onnx);
    },
    embedQuery: async ({ modality, checkpoint, content }, signal) => {
      const sense = senseOf(modality);
      if (!sense) {
        const there = info.modalities.map(({ items }) => items).join(", ");
        throw new Problem(
          409,
          `the run ${info.name} has no tower that embeds ${modality}: ask about ${there}`,
        );
      }
      const asked = { preparation, form, preprocessing, signal };
      const frozen = await sense.frozen?.();
      const { column, preview, note } = frozen
        ? await askedFrozen(frozen, content, signal)
        : await askedRow(modality, content, asked);
      const { tower, state: weights } = sense.whole(await stateAt(checkpointIn({ info }, checkpoint)));
      const embedder = await Embedder.fixed(await runtime(), tower, weights);
      try {
        const embedding = await embedder.embed(column, null, { signal });
        return { embedding: unitRows(embedding, tower.dim), preview, note };
      } finally {
        await embedder.dispose();
      }
    },
  };
}

/** How picture files are made ready for a tower; null where the page cannot, or there is no such tower. */
function picturePreprocessing(sense: SenseTower | null, state: AlignedState): Preprocessing | null {
  if (!sense || sense.frozen) return null;
  const model = sense.model(state);
  const { preprocessing } = "tower" in model ? model : model.described;
  return preprocessing === null ? null : preprocessingSchema.parse(preprocessing);
}

async function soundFormOf({ towers: { audio } }: AlignmentConfig, sense: SenseTower | null) {
  if (audio && "encoder" in audio) return soundForm(audio.encoder);
  const frozen = await sense?.frozen?.();
  await frozen?.dispose();
  return frozen?.sound ?? null;
}

/** What a tower that was trained elsewhere makes of a text, a recording or a picture; it is disposed of. */
async function askedFrozen(tower: FrozenTower, content: Uint8Array, signal: AbortSignal): Promise<AskedRow> {
  try {
    const { modality, dim, sound } = tower;
    const text = modality === "text" ? new TextDecoder().decode(content) : null;
    if (text !== null) requireText(text);
    const heard = sound
      ? await readSound(
          { name: "the recording", bytes: content },
          { ...{ sampleRate: sound.sampleRate }, signal },
        )
      : null;
    let cut = 0;
    const embeddings = await tower.embed([text ?? heard ?? content], {
      signal,
      onCut: (texts) => {
        cut += texts;
      },
    });
    const name = `the ${modality}`;
    return {
      column: embeddingColumn({ name, modality }, [embeddings], dim, ""),
      preview:
        text !== null
          ? textPreview(text)
          : heard && sound
            ? await new AudioColumn(name, [[heard]], sound).preview(0)
            : null,
      note: cut > 0 ? textWasCut : null,
    };
  } finally {
    await tower.dispose();
  }
}

const textWasCut = "The text is longer than its tower takes: only its beginning was read.";

async function askedRow(
  modality: string,
  content: Uint8Array,
  {
    preparation,
    form,
    preprocessing,
    signal,
  }: {
    readonly preparation: TextPreparation | null;
    readonly form: FrozenTower["sound"];
    readonly preprocessing: Preprocessing | null;
    readonly signal: AbortSignal;
  },
): Promise<AskedRow> {
  if (modality === "text" && preparation) return askedText(content, preparation);
  if (modality === "audio" && form) return askedSound(content, form, signal);
  if (modality === "image" && preprocessing) return askedPicture(content, preprocessing);
  throw new Problem(
    409,
    `no ${modalityNamed(modality).items} can be made ready for this run: ask with others`,
  );
}

function askedText(content: Uint8Array, preparation: TextPreparation): AskedRow {
  const text = new TextDecoder().decode(content);
  requireText(text);
  const column = textColumn("the text", [[text]], preparation);
  const cut = preparation.idsOf(text).length > preparation.description.length;
  return {
    ...{ column, preview: column.preview(0) },
    note: cut ? textWasCut : null,
  };
}

/** The middle of a recording that is longer than its tower hears. */
async function askedSound(
  bytes: Uint8Array,
  { sampleRate, seconds }: ReturnType<typeof soundForm>,
  signal: AbortSignal,
): Promise<AskedRow> {
  const { samples } = await readSound({ name: "the recording", bytes }, { sampleRate, signal });
  const length = Math.round(seconds * sampleRate);
  const longer = samples.length > length;
  const heard = longer ? placed(samples, length, Math.floor((length - samples.length) / 2)) : samples;
  const column = new AudioColumn("the recording", [[{ sampleRate, samples: heard }]], {
    ...{ sampleRate, seconds },
  });
  const heardSeconds = seconds === 1 ? "the second" : `the ${seconds} seconds`;
  return {
    ...{ column, preview: await column.preview(0) },
    note: longer ? `Only ${heardSeconds} in its middle ${seconds === 1 ? "was" : "were"} heard.` : null,
  };
}

async function askedPicture(content: Uint8Array, preprocessing: Preprocessing): Promise<AskedRow> {
  const { size, channels } = preprocessing;
  const pixels = await fitUpload(content, preprocessing);
  const [preview] = await makeThumbnails([pixels], [channels, size, size]);
  const column = new ImageColumn({
    ...{ name: "the picture", count: 1, labels: new Int32Array(1), labelled: false },
    ...{ channels, height: size, width: size, pixels },
  });
  return { column, preview: preview!, note: null };
}
