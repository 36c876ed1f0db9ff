import { greyOf } from "../../../../modality/image/fit/grey.ts";
import type { OpenedPicture } from "./openPicture.ts";

/** What is drawn on a transparent ground. */
export interface Ink {
  /** Part of the picture that shines through, 0 to 1. */
  readonly clear: number;
  /** Mean grey of what does not, 0 to 255. */
  readonly light: number;
}

/** The lowest and the highest level of a picture of more than 8 bits. */
export interface Range {
  readonly type: "ushort" | "other";
  readonly low: number;
  readonly high: number;
}

/** Side at which transparency is looked at, and longest side at which levels are. */
const inkSide = 32;
const rangeSide = 512;
/** Parts of a picture that shine through, and of the pictures that are such, below which nothing is made of it. */
const enoughClear = 0.05;
const enoughPictures = 0.1;
/** Ink darker than this can hardly be told from black, lighter than that hardly from white. */
const darkInk = 80;
const lightInk = 175;

export async function inkOf({ open }: OpenedPicture): Promise<Ink> {
  const { data } = await open()
    .resize(inkSide, inkSide, { fit: "fill" })
    .toColourspace("srgb")
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  let [ink, light] = [0, 0];
  for (let at = 0; at < data.length; at += 4) {
    const alpha = data[at + 3]! / 255;
    ink += alpha;
    light += alpha * greyOf(data[at]!, data[at + 1]!, data[at + 2]!);
  }
  return { clear: 1 - ink / inkSide ** 2, light: ink > 0 ? light / ink : 255 };
}

/**
 * What black would hide of pictures: `dark` where those that shine through are dark drawings, by their median, `both` where
 * dark and light ones are among them, of which white would hide the light ones, else null.
 */
export function inksOnClear(inks: readonly (Ink | null)[]): "dark" | "both" | null {
  const clear = inks.filter((ink) => ink !== null && ink.clear >= enoughClear && ink.clear < 1) as Ink[];
  if (clear.length === 0 || clear.length < enoughPictures * inks.length) return null;
  const lights = clear.map(({ light }) => light).sort((a, b) => a - b);
  const dark = lights.filter((light) => light < darkInk).length;
  const light = lights.filter((level) => level > lightInk).length;
  if (Math.min(dark, light) >= enoughPictures * clear.length) return "both";
  return lights[Math.floor((lights.length - 1) / 2)]! < darkInk ? "dark" : null;
}

export async function rangeOf({ open, deep, grey }: OpenedPicture): Promise<Range | null> {
  // The nearest pixel, as a mean would lose the extremes.
  let picture = open()
    .removeAlpha()
    .resize(rangeSide, rangeSide, { fit: "inside", withoutEnlargement: true, kernel: "nearest" });
  if (deep === "ushort") picture = picture.toColourspace(grey ? "grey16" : "rgb16");
  const { data } = await picture.raw({ depth: "float" }).toBuffer({ resolveWithObject: true });
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const level of new Float32Array(data.buffer, data.byteOffset, data.length / 4)) {
    if (!Number.isFinite(level)) continue;
    low = Math.min(low, level);
    high = Math.max(high, level);
  }
  return high >= low ? { type: deep ?? "other", low, high } : null;
}

/**
 * The levels that are to be black and white for pictures of these ranges; null for those of the format.
 *
 * Of 16 bits, as many are taken as are used, such as 12 of a camera: 0 to 4,095. Of other types, 0 to 1 or 0 to 255 where all
 * levels lie within, else from 0 to the next power of two, or from the lowest to the highest where some are below 0.
 */
export function levelsFor(ranges: readonly Range[]): readonly [number, number] | null {
  if (ranges.length === 0) return null;
  const low = Math.min(...ranges.map((range) => range.low));
  const high = Math.max(...ranges.map((range) => range.high));
  const bits = Math.max(8, Math.ceil(Math.log2(high + 1)));
  if (ranges.every(({ type }) => type === "ushort")) return bits > 14 ? null : [0, 2 ** bits - 1];
  if (low < 0) return high > low ? [low, high] : null;
  if (high <= 1) return [0, 1];
  return high <= 255 ? null : [0, 2 ** bits - 1];
}
