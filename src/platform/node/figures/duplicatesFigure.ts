import { type ImageDataset, pixelsAt } from "../../../modality/image/index.ts";
import {
  type DuplicatePair,
  drawDuplicatesFigure,
  type LookedAt,
  layOutDuplicatesFigure,
} from "../../../report/duplicatesFigure.ts";
import type { PairSeen } from "../../../runs/index.ts";
import { type PictureOriginals, pictureOriginals } from "../pictures/cache/pictureOriginals.ts";
import { renderPng } from "./canvas.ts";

/** Longer side up to which a picture is shown as its file has it, in pixels. */
const mostShown = 128;

/** Where the pictures of pairs are. */
export interface PairedData {
  /** The folder or table that picture files are of. */
  readonly source: string;
  readonly training: ImageDataset;
  readonly validation: ImageDataset;
}

/**
 * A PNG image of pairs of pictures that may be copies, side by side: as their files have them, or else as the encoder takes
 * them.
 *
 * @throws CanvasError when the canvas is not installed.
 */
export async function renderDuplicatesFigure(
  pairs: readonly PairSeen[],
  data: PairedData,
): Promise<Uint8Array> {
  const originals = pictureOriginals(data.source, data);
  const shown: DuplicatePair[] = [];
  for (const pair of pairs) {
    const pictures = [await lookedAt(pair, 0, data, originals), await lookedAt(pair, 1, data, originals)];
    shown.push({ reason: reasonOf(pair, data.training), pictures: pictures as [LookedAt, LookedAt] });
  }
  const { width, height } = layOutDuplicatesFigure(shown);
  return renderPng(width, height, (context) => drawDuplicatesFigure(context, shown));
}

async function lookedAt(
  { rows, names, classes, validation }: PairSeen,
  which: 0 | 1,
  data: PairedData,
  originals: PictureOriginals | undefined,
): Promise<LookedAt> {
  const side = validation[which] ? "validation" : "training";
  const texts = { caption: names[which], detail: classes ? `${classes[which]}, ${side}` : side };
  const file = await originals?.shown(rows[which], mostShown);
  if (file) return { ...texts, pixels: file.pixels, channels: 3, height: file.side, width: file.side };
  const part = validation[which] ? data.validation : data.training;
  const row = validation[which] ? rows[which] - data.training.count : rows[which];
  const { channels, height, width } = part;
  return { ...texts, channels, height, width, pixels: pixelsAt(part, row) };
}

/** Why two pictures are taken for copies, and what is wrong with it. */
function reasonOf({ same, classes, validation }: PairSeen, { height, width }: ImageDataset): string {
  const parts = [
    same ? `Same pixels at ${width} x ${height}` : "Look the same",
    ...(classes && classes[0] !== classes[1] ? ["in two classes"] : []),
    ...(validation[0] !== validation[1] ? ["validation against training"] : []),
  ];
  return parts.join(", ");
}
