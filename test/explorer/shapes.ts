import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createCanvas, type SKRSContext2D } from "@napi-rs/canvas";
import { Rng } from "../../src/base/index.ts";

/** Kinds of drawn pictures, by the names of their folders: what is drawn, and its hue in degrees. */
export const kinds = {
  "blue square": [square, 220],
  "green ring": [ring, 130],
  "red triangle": [triangle, 5],
  "Stern, gelb": [star, 48],
} as const satisfies Readonly<Record<string, readonly [Draw, number]>>;
export type Kind = keyof typeof kinds;
export const kindNames = Object.keys(kinds).sort() as Kind[];

/** The side of a drawn picture; what an encoder takes is smaller. */
const side = 64;

/** Draws around the origin, about as far as 1. */
type Draw = (pen: SKRSContext2D) => void;

/** A picture of a kind: somewhere, turned, of some size, on some ground; the same for the same number. */
export function drawnShape(kind: Kind, number: number, pixels = side): Buffer<ArrayBuffer> {
  const [draw, hue] = kinds[kind];
  const rng = Rng.of(11, "shape", kind, number);
  const canvas = createCanvas(pixels, pixels);
  const pen = canvas.getContext("2d");
  pen.fillStyle = `hsl(${rng.uniform(0, 360)} 12% ${rng.uniform(82, 94)}%)`;
  pen.fillRect(0, 0, pixels, pixels);
  pen.scale(pixels / side, pixels / side);
  pen.translate(side / 2 + rng.uniform(-5, 5), side / 2 + rng.uniform(-5, 5));
  pen.rotate(rng.uniform(-0.5, 0.5));
  const size = rng.uniform(15, 22);
  pen.scale(size, size);
  const colour = `hsl(${hue + rng.uniform(-10, 10)} ${rng.uniform(65, 85)}% ${rng.uniform(42, 54)}%)`;
  pen.fillStyle = pen.strokeStyle = colour;
  draw(pen);
  return canvas.toBuffer("image/png") as Buffer<ArrayBuffer>;
}

/** A folder of drawn pictures, a folder for each kind, or with all of them in one. */
export async function writeShapes(folder: string, each: number, inFolders = true): Promise<void> {
  for (const kind of kindNames) {
    const place = inFolders ? join(folder, kind) : folder;
    await mkdir(place, { recursive: true });
    for (let number = 0; number < each; number++) {
      await writeFile(join(place, `${kind} ${number}.png`), drawnShape(kind, number));
    }
  }
}

function square(pen: SKRSContext2D): void {
  pen.fillRect(-0.85, -0.85, 1.7, 1.7);
}

function ring(pen: SKRSContext2D): void {
  pen.lineWidth = 0.4;
  pen.beginPath();
  pen.arc(0, 0, 0.8, 0, 2 * Math.PI);
  pen.stroke();
}

function triangle(pen: SKRSContext2D): void {
  polygon(pen, 3, () => 1.1);
}

function star(pen: SKRSContext2D): void {
  polygon(pen, 10, (corner) => (corner % 2 === 0 ? 1.15 : 0.5));
}

function polygon(pen: SKRSContext2D, corners: number, reach: (corner: number) => number): void {
  pen.beginPath();
  for (let corner = 0; corner < corners; corner++) {
    const angle = (2 * Math.PI * corner) / corners - Math.PI / 2;
    pen.lineTo(reach(corner) * Math.cos(angle), reach(corner) * Math.sin(angle));
  }
  pen.fill();
}
