import type { ItemPreview } from "kindred/workspace";
import type { MapPictures } from "../map/mapTypes.ts";
import { tokenColour } from "../map/tokenColour.ts";
import { pictureRgba } from "../parts/pictureRgba.ts";
import { decodedSound, drawPeaks, peaksOf } from "../parts/sound.ts";
import type { Theme } from "../parts/theme.ts";

/** CSS pixels of a preview on the map, the least and the most; and of the frame in its class's colour, in the atlas. */
const least = 20;
const most = 64;
const frameWidth = 2;
/** Sides of a cell are at most this, so that 300 of them fit into a texture anywhere. */
const largestCell = 96;
/** Side of a cell in which words can be read. */
const writtenCell = 80;

/** One canvas with all the previews, each framed in its colour. */
export async function previewAtlas(
  rows: Uint32Array,
  previews: readonly ItemPreview[],
  colourOf: (row: number) => string,
  area: number,
  theme: Theme,
): Promise<MapPictures> {
  const pixels = previews.find((preview) => preview && "pixels" in preview);
  const longest = pixels && "pixels" in pixels ? Math.max(pixels.picture.width, pixels.picture.height) : 56;
  const scale = Math.max(1, Math.floor(56 / longest));
  const written = previews.some((preview) => preview && "mediaType" in preview);
  const cell = Math.min(largestCell, Math.max(longest * scale + 2 * frameWidth, written ? writtenCell : 0));
  const across = Math.ceil(Math.sqrt(rows.length));
  const atlas = document.createElement("canvas");
  atlas.width = across * cell;
  atlas.height = Math.max(1, Math.ceil(rows.length / across)) * cell;
  // Both in the processor's memory: in that of the graphics processor each picture would wait for what it has to draw.
  const context = atlas.getContext("2d", { willReadFrequently: true });
  const { width = 1, height = 1 } = pixels && "pixels" in pixels ? pixels.picture : {};
  const one = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
  if (context && one) {
    // Digits keep their pixels; photographs are made smaller smoothly.
    context.imageSmoothingEnabled = scale === 1;
    context.imageSmoothingQuality = "high";
    const painters = await Promise.all(previews.map((preview) => painterOf(preview, theme, one)));
    for (const [i, row] of rows.entries()) {
      const x = (i % across) * cell;
      const y = Math.floor(i / across) * cell;
      context.fillStyle = colourOf(row);
      context.fillRect(x, y, cell, cell);
      painters[i]!(context, x + frameWidth, y + frameWidth, cell - 2 * frameWidth);
    }
  }
  const size = Math.min(Math.max(0.55 * Math.sqrt(area / Math.max(1, rows.length)), least), most);
  return { rows, atlas, across, cell, size };
}

/** Draws into a square. */
type Painter = (context: CanvasRenderingContext2D, x: number, y: number, side: number) => void;

/** What draws a preview: pixels by way of a canvas of their size, a file once it is decoded. */
function painterOf(
  preview: ItemPreview,
  theme: Theme,
  one: OffscreenCanvasRenderingContext2D,
): Painter | Promise<Painter> {
  if (preview && "pixels" in preview) {
    const { width, height, channels } = preview.picture;
    const { pixels } = preview;
    return (context, x, y, side) => {
      one.putImageData(new ImageData(pictureRgba(pixels, width, height, channels), width, height), 0, 0);
      context.drawImage(one.canvas, x, y, side, side);
    };
  }
  const [ground, ink] = ["--surface", "--ink"].map((name) => `rgb(${tokenColour(name, theme).join(" ")})`);
  const onGround =
    (paint: Painter): Painter =>
    (context, x, y, side) => {
      context.fillStyle = ground!;
      context.fillRect(x, y, side, side);
      context.fillStyle = ink!;
      paint(context, x, y, side);
    };
  const blank = onGround(() => undefined);
  const media = preview?.mediaType.split("/")[0];
  if (media === "text") return onGround(words(new TextDecoder().decode(preview!.bytes)));
  if (media === "audio") {
    return decodedSound(preview!.bytes).then(
      (sound) => {
        const peaks = peaksOf(sound.getChannelData(0), 20);
        return onGround((context, x, y, side) =>
          drawPeaks(context, peaks, { x: x + 6, y: y + 6, width: side - 12, height: side - 12 }, () => ink!),
        );
      },
      () => blank,
    );
  }
  if (media === "image") {
    return createImageBitmap(new Blob([preview!.bytes.slice()])).then(
      (picture) => onGround((context, x, y, side) => context.drawImage(picture, x, y, side, side)),
      () => blank,
    );
  }
  return blank;
}

/** The first lines of a text. */
function words(text: string): Painter {
  return (context, x, y, side) => {
    const font = 13;
    context.font = `${font}px Inter, sans-serif`;
    const lines = [""];
    for (const word of text.split(/\s+/)) {
      const longer = `${lines.at(-1)} ${word}`.trim();
      if (lines.at(-1) === "" || context.measureText(longer).width <= side - 10)
        lines[lines.length - 1] = longer;
      else lines.push(word);
    }
    const room = Math.floor((side - 8) / (1.2 * font));
    const shown = lines.slice(0, room);
    if (lines.length > room) shown[room - 1] += "…";
    context.textAlign = "center";
    context.textBaseline = "middle";
    const top = y + side / 2 - ((shown.length - 1) / 2) * 1.2 * font;
    for (const [i, line] of shown.entries())
      context.fillText(line, x + side / 2, top + i * 1.2 * font, side - 6);
  };
}
