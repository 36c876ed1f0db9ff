import { fileURLToPath } from "node:url";
import type { Canvas, Image, SKRSContext2D } from "@napi-rs/canvas";
import { InputError, KindredError } from "../../../base/index.ts";
import { figureSize, type PlotContext } from "../../../report/figures/frame.ts";

/** What draws figures is not installed. */
export class CanvasError extends KindredError {}

type CanvasModule = typeof import("@napi-rs/canvas");

/** Weights of the font Inter that figures may use: regular and semi-bold. */
const weights = [400, 600];

let loading: Promise<CanvasModule> | undefined;

/**
 * A PNG image of `width` by `height` pixels of what `draw` draws; text is set in `Inter`, at weights 400 and 600.
 *
 * The same drawing gives the same bytes.
 *
 * @throws CanvasError when the canvas or its font is not installed.
 */
export async function renderPng(
  width: number,
  height: number,
  draw: (context: SKRSContext2D) => void,
): Promise<Uint8Array> {
  const canvas = await createCanvas(width, height);
  draw(canvas.getContext("2d"));
  return canvas.encode("png");
}

/** A figure of a plot as PNG. */
export function renderFigure(draw: (context: PlotContext) => void): Promise<Uint8Array> {
  return renderPng(figureSize.width, figureSize.height, draw);
}

/**
 * A canvas of `width` by `height` pixels to draw on with the fonts of {@link renderPng}.
 *
 * @throws CanvasError when the canvas or its font is not installed.
 */
export async function createCanvas(width: number, height: number): Promise<Canvas> {
  // Loaded on first use: it is a native library of tens of megabytes, and few commands draw.
  loading ??= loadCanvas();
  return (await loading).createCanvas(width, height);
}

/**
 * A picture file decoded, to be drawn.
 *
 * @param format what to call it in messages
 * @throws InputError when it is damaged.
 */
export async function decodeImage(bytes: Uint8Array, format: string): Promise<Image> {
  loading ??= loadCanvas();
  const { loadImage } = await loading;
  try {
    return await loadImage(bytes);
  } catch (cause) {
    throw new InputError(`the ${format} is damaged and cannot be decoded: save it anew`, { cause });
  }
}

async function loadCanvas(): Promise<CanvasModule> {
  let canvas: CanvasModule;
  try {
    canvas = await import("@napi-rs/canvas");
  } catch (cause) {
    throw new CanvasError(
      `cannot draw: the package @napi-rs/canvas does not load on ${process.platform} ${process.arch}, install Kindred again with its optional packages (npm install --include=optional)`,
      { cause },
    );
  }
  for (const weight of weights) {
    // A machine may have no fonts at all, and a figure should look the same on all.
    const file = `@fontsource/inter/files/inter-latin-${weight}-normal.woff2`;
    registerFont(canvas, file);
  }
  return canvas;
}

function registerFont({ GlobalFonts }: CanvasModule, file: string): void {
  let key: ReturnType<typeof GlobalFonts.registerFromPath> = null;
  let cause: unknown;
  try {
    key = GlobalFonts.registerFromPath(fileURLToPath(import.meta.resolve(file)), "Inter");
  } catch (error) {
    cause = error;
  }
  if (key === null) {
    throw new CanvasError(
      `cannot draw: the font ${file} does not load, install Kindred again (npm install)`,
      {
        cause,
      },
    );
  }
}
