import { KindredError, type Rng } from "../../../base/index.ts";
import { type Canvas, jitterColours, turnGrey } from "./colour.ts";
import { ElasticField } from "./elastic.ts";
import { NeighbourhoodFilter } from "./neighbourhood.ts";
import { type AugmentOptions, type CropOptions, requireAugmentOptions } from "./options.ts";
import { inverseMap, type Pictures, resample, throughWindow, type Window } from "./warp.ts";

/**
 * Varies the pictures of the given rows at random and writes them one after the other, `[rows, channels, height,
 * width]`, in the unit they came in. All motions, the crop and the flip together are one bilinear pass over each
 * picture, so that it blurs but once; thickness, colours, grey and blur follow in this order. No value lies outside
 * those of the picture and the background, but for colours, which keep to 0 to 255.
 *
 * @throws InputError for options out of range; KindredError for a row that is not there, or an `out` of another size.
 */
export function augmentInto(
  out: Float32Array,
  pictures: Pictures,
  rows: Uint32Array,
  rng: Rng,
  options: AugmentOptions,
): void {
  requireAugmentOptions(options);
  const { channels, height, width } = pictures;
  const each = channels * height * width;
  requireFit(out, pictures, rows, each);
  const move = mover(pictures, options);
  const paint = painter(height, width, options);
  for (let i = 0; i < rows.length; i++) {
    move(out, i * each, rows[i]!, rng);
    paint({ values: out, offset: i * each, channels, height, width }, rng);
  }
}

/**
 * The images of the given rows varied at random and scaled from 0..255 to [-1, 1] by `x / 127.5 - 1`, as an encoder
 * takes them: `[rows, channels, height, width]`.
 */
export function augmentImages(
  dataset: Pictures & { readonly pixels: Uint8Array },
  rows: Uint32Array,
  rng: Rng,
  options: AugmentOptions,
): Float32Array<ArrayBuffer> {
  const { channels, height, width } = dataset;
  const images = new Float32Array(rows.length * channels * height * width);
  augmentInto(images, dataset, rows, rng, options);
  for (let i = 0; i < images.length; i++) images[i] = images[i]! / 127.5 - 1;
  return images;
}

/** What reads a picture at the places it is moved from. */
function mover(pictures: Pictures, options: AugmentOptions) {
  const { height, width } = pictures;
  const { shift = 0, rotation = 0, scale = 0, slant = 0, elastic, crop, flip = 0, background = 0 } = options;
  const field = elastic ? new ElasticField(height, width, elastic) : null;
  const radians = (rotation * Math.PI) / 180;
  const steepest = (slant * Math.PI) / 180;
  const whole: Window = { top: 0, left: 0, height, width };
  return (out: Float32Array, offset: number, row: number, rng: Rng): void => {
    const angle = rng.uniform(-radians, radians);
    const factor = rng.uniform(1 - scale, 1 + scale);
    const down = rng.uniform(-shift, shift);
    const right = rng.uniform(-shift, shift);
    field?.draw(rng);
    const motion = slant > 0 ? { slant: Math.tan(rng.uniform(-steepest, steepest)) } : {};
    const window = crop ? drawWindow(crop, height, width, rng) : null;
    const mirrored = flip > 0 && rng.float() < flip;
    const moved = inverseMap({ angle, factor, down, right, ...motion }, height, width);
    const map = window || mirrored ? throughWindow(moved, window ?? whole, mirrored, height, width) : moved;
    resample(out, offset, pictures, row, map, field?.displacement ?? null, background, window);
  };
}

/** What changes a picture in place once it is where it belongs. */
function painter(height: number, width: number, options: AugmentOptions) {
  const { stroke = 0, jitter, grey = 0, blur } = options;
  const filter = new NeighbourhoodFilter(height, width);
  return (canvas: Canvas, rng: Rng): void => {
    if (stroke > 0) filter.thicken(canvas, rng.uniform(-stroke, stroke));
    if (jitter && rng.float() < jitter.probability) jitterColours(canvas, rng, jitter);
    if (grey > 0 && rng.float() < grey) turnGrey(canvas);
    if (blur && rng.float() < blur.probability) filter.blur(canvas, rng.uniform(...blur.sigma));
  };
}

/** Of ten tries that torchvision's `RandomResizedCrop` makes for a window that fits. */
const tries = 10;

/** A window of random area and aspect at a random place; after ten that do not fit, the last one cut to the picture. */
function drawWindow({ area, aspect }: CropOptions, height: number, width: number, rng: Rng): Window {
  let [h, w] = [height, width];
  for (let i = 0; i < tries; i++) {
    const size = height * width * rng.uniform(...area);
    const ratio = Math.exp(rng.uniform(Math.log(aspect[0]), Math.log(aspect[1])));
    [h, w] = [Math.sqrt(size / ratio), Math.sqrt(size * ratio)];
    if (h <= height && w <= width) break;
  }
  [h, w] = [Math.min(h, height), Math.min(w, width)];
  return { top: rng.uniform(0, height - h), left: rng.uniform(0, width - w), height: h, width: w };
}

function requireFit(out: Float32Array, pictures: Pictures, rows: Uint32Array, each: number): void {
  if (out.length !== rows.length * each) {
    throw new KindredError(
      `${rows.length} pictures of ${each} values do not fit an array of ${out.length}, expected ${rows.length * each}`,
    );
  }
  const count = pictures.pixels.length / each;
  const outside = rows.find((row) => row >= count);
  if (outside !== undefined) {
    throw new KindredError(`row ${outside} is not among the ${count} pictures, expected one below ${count}`);
  }
}
