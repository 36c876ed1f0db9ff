import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { Rng } from "../src/index.ts";
import { loadDataset } from "../src/platform/node/datasets/datasets.ts";

/** A small set of labelled pictures, as someone's first own one may be. */
export interface SmallSet {
  readonly name: string;
  readonly classes: readonly string[];
  /** Pictures of each class. */
  readonly each: number;
  /** Height and width, in pixels. */
  readonly size: number;
  /** Writes a folder for each class. */
  readonly write: (folder: string, seed: number) => Promise<void>;
}

/** Draws a picture of a class as SVG, in a square from 0 to 100. */
type Draw<Class extends string> = (of: Class, rng: Rng) => string;

/** Four shapes of any colour on any ground, turned as they like: what their pixels say little of. */
const shapes = drawn("shapes", ["circle", "square", "star", "triangle"], 36, 28, (of, rng) => {
  const [ground, fill] = [colour(rng), colour(rng)];
  const corners = { circle: 40, square: 4, star: 10, triangle: 3 }[of];
  const points = Array.from({ length: corners }, (_, i) => {
    const reach = of === "star" && i % 2 === 1 ? 0.4 : 1;
    const angle = (2 * Math.PI * i) / corners;
    return `${reach * Math.cos(angle)},${reach * Math.sin(angle)}`;
  });
  const place = `translate(${rng.uniform(32, 68)} ${rng.uniform(32, 68)}) rotate(${rng.uniform(0, 360)}) scale(${rng.uniform(18, 32)})`;
  return `${filled(ground)}<polygon transform="${place}" points="${points.join(" ")}" fill="${fill}"/>`;
});

/** Signs of a few strokes, as a hand would write them. */
const strokes = {
  plus: [
    [50, 15, 50, 85],
    [15, 50, 85, 50],
  ],
  cross: [
    [20, 20, 80, 80],
    [80, 20, 20, 80],
  ],
  equals: [
    [15, 38, 85, 38],
    [15, 62, 85, 62],
  ],
  arrow: [
    [15, 50, 85, 50],
    [60, 25, 85, 50, 60, 75],
  ],
  zed: [[20, 20, 80, 20, 20, 80, 80, 80]],
  tee: [
    [15, 20, 85, 20],
    [50, 20, 50, 85],
  ],
  ell: [[30, 15, 30, 80, 75, 80]],
  vee: [[18, 20, 50, 82, 82, 20]],
  hash: [
    [38, 15, 34, 85],
    [66, 15, 62, 85],
    [15, 38, 85, 38],
    [15, 64, 85, 64],
  ],
  hut: [
    [15, 52, 50, 15, 85, 52],
    [28, 45, 28, 85, 72, 85, 72, 45],
  ],
} as const satisfies Record<string, readonly (readonly number[])[]>;

const glyphs = drawn("glyphs", keysOf(strokes), 14, 28, (of, rng) => {
  const lines = strokes[of].map((points) => {
    const moved = points.map((at) => at + rng.uniform(-6, 6));
    return `<polyline points="${moved.join(" ")}" fill="none"/>`;
  });
  const place = `translate(${rng.uniform(-12, 12)} ${rng.uniform(-12, 12)}) rotate(${rng.uniform(-18, 18)} 50 50) translate(50 50) scale(${rng.uniform(0.6, 1)} ${rng.uniform(0.6, 1)}) translate(-50 -50)`;
  return `${filled("white")}<g transform="${place}" stroke="black" stroke-width="${rng.uniform(5, 12)}" stroke-linecap="round" stroke-linejoin="round">${lines.join("")}</g>`;
});

/** Patterns without a place or a direction. */
const textures = drawn("textures", ["stripes", "checks", "dots", "rings", "bricks"], 28, 28, (of, rng) => {
  const [ground, fill] = [colour(rng), colour(rng)];
  const step = rng.uniform(12, 24);
  const tile = {
    stripes: `<rect width="${step}" height="${step / 2}"/>`,
    checks: `<rect width="${step / 2}" height="${step / 2}"/><rect x="${step / 2}" y="${step / 2}" width="${step / 2}" height="${step / 2}"/>`,
    dots: `<circle cx="${step / 2}" cy="${step / 2}" r="${step * 0.28}"/>`,
    rings: `<circle cx="${step / 2}" cy="${step / 2}" r="${step * 0.32}" fill="none" stroke="${fill}" stroke-width="${step * 0.14}"/>`,
    bricks: `<path d="M0 0H${step}V${step * 0.14}H0Z M0 ${step / 2}H${step}V${step * 0.64}H0Z M0 0H${step * 0.14}V${step / 2}H0Z M${step / 2} ${step / 2}H${step * 0.64}V${step}H${step / 2}Z"/>`,
  }[of];
  const turn = `rotate(${rng.uniform(0, 180)}) translate(${rng.uniform(0, step)} ${rng.uniform(0, step)})`;
  return `<pattern id="p" width="${step}" height="${step}" patternUnits="userSpaceOnUse" patternTransform="${turn}"><g fill="${fill}">${tile}</g></pattern>${filled(ground)}${filled("url(#p)")}`;
});

/** Small drawings of several colours, as of a set of icons, each with parts of its own. */
const icons = drawn("icons", ["house", "tree", "fish", "cup", "car", "flower"], 24, 28, (of, rng) => {
  const [ground, a, b, c] = [colour(rng), colour(rng), colour(rng), colour(rng)];
  const parts = {
    house: `<rect x="25" y="45" width="50" height="40" fill="${a}"/><polygon points="18,47 50,15 82,47" fill="${b}"/><rect x="43" y="60" width="14" height="25" fill="${c}"/>`,
    tree: `<rect x="44" y="55" width="12" height="32" fill="${a}"/><circle cx="50" cy="38" r="26" fill="${b}"/>`,
    fish: `<ellipse cx="45" cy="50" rx="32" ry="19" fill="${a}"/><polygon points="70,50 92,30 92,70" fill="${b}"/><circle cx="28" cy="45" r="4" fill="${c}"/>`,
    cup: `<path d="M25 30H65V70Q65 82 53 82H37Q25 82 25 70Z" fill="${a}"/><circle cx="68" cy="50" r="12" fill="none" stroke="${b}" stroke-width="6"/>`,
    car: `<rect x="10" y="48" width="80" height="22" fill="${a}"/><rect x="28" y="30" width="42" height="20" fill="${b}"/><circle cx="30" cy="72" r="10" fill="${c}"/><circle cx="70" cy="72" r="10" fill="${c}"/>`,
    flower: `<rect x="47" y="50" width="6" height="40" fill="${a}"/>${[0, 72, 144, 216, 288].map((turn) => `<circle cx="50" cy="22" r="11" fill="${b}" transform="rotate(${turn} 50 40)"/>`).join("")}<circle cx="50" cy="40" r="8" fill="${c}"/>`,
  }[of];
  const mirror = rng.int(2) === 0 ? -1 : 1;
  const place = `translate(${rng.uniform(42, 58)} ${rng.uniform(42, 58)}) rotate(${rng.uniform(-15, 15)}) scale(${mirror * rng.uniform(0.6, 1)} ${rng.uniform(0.6, 1)}) translate(-50 -50)`;
  return `${filled(ground)}<g transform="${place}">${parts}</g>`;
});

/** Handwritten digits of MNIST, as files. */
const digits: SmallSet = {
  name: "digits",
  classes: [..."0123456789"],
  each: 14,
  size: 28,
  write: async (folder, seed) => {
    const { pixels, labels, count } = await loadDataset("mnist", { limit: 2000 });
    const left = new Map(digits.classes.map((name) => [name, digits.each]));
    for (const row of Rng.of(seed, "digits").permutation(count)) {
      const name = String(labels[row]);
      const more = left.get(name)!;
      if (more === 0) continue;
      left.set(name, more - 1);
      const picture = pixels.subarray(row * 784, (row + 1) * 784);
      await mkdir(join(folder, name), { recursive: true });
      await sharp(picture, { raw: { width: 28, height: 28, channels: 1 } })
        .png()
        .toFile(join(folder, name, `${more}.png`));
    }
  },
};

/** Small sets of several kinds, of some 140 pictures each. */
export const smallSets: readonly SmallSet[] = [shapes, digits, glyphs, textures, icons];

function drawn<Class extends string>(
  name: string,
  classes: readonly Class[],
  each: number,
  size: number,
  draw: Draw<Class>,
): SmallSet {
  const write = async (folder: string, seed: number): Promise<void> => {
    for (const of of classes) {
      await mkdir(join(folder, of), { recursive: true });
      for (let i = 0; i < each; i++) {
        const body = draw(of, Rng.of(seed, name, of, i));
        const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100" width="${size}" height="${size}">${body}</svg>`;
        await sharp(Buffer.from(svg))
          .removeAlpha()
          .png()
          .toFile(join(folder, of, `${i}.png`));
      }
    }
  };
  return { name, classes, each, size, write };
}

function filled(with_: string): string {
  return `<rect width="100" height="100" fill="${with_}"/>`;
}

function colour(rng: Rng): string {
  return `rgb(${rng.int(256)},${rng.int(256)},${rng.int(256)})`;
}

function keysOf<Key extends string>(record: Readonly<Record<Key, unknown>>): readonly Key[] {
  return Object.keys(record) as Key[];
}
