import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { crc32, deflateSync } from "node:zlib";
import sharp from "sharp";
import { Rng } from "../../../base/index.ts";

export type Shape = "disc" | "bar" | "cross";

const within: Readonly<Record<Shape, (x: number, y: number) => boolean>> = {
  disc: (x, y) => x * x + y * y < 0.5,
  bar: (x, y) => Math.abs(x) < 0.25 && Math.abs(y) < 0.9,
  cross: (x, y) => Math.min(Math.abs(x), Math.abs(y)) < 0.2,
};

export interface DrawnOptions {
  readonly width?: number;
  readonly height?: number;
  /** Default: colours of the seed's. */
  readonly grey?: boolean;
  readonly format?: "png" | "jpeg" | "webp";
}

/** The file of a picture of a shape, on a ground with some noise: another for each seed. */
export async function drawn(
  shape: Shape,
  seed: number,
  { width = 40, height = 40, grey = false, format = "png" }: DrawnOptions = {},
): Promise<Buffer> {
  const rng = Rng.of(seed, "drawn", shape);
  const pixels = new Uint8Array(width * height * 3);
  const [ground, fill] = [rng.int(90), 160 + rng.int(90)];
  const [dx, dy, hue] = [rng.uniform(-0.2, 0.2), rng.uniform(-0.2, 0.2), grey ? 0 : rng.int(3)];
  for (let i = 0; i < width * height; i++) {
    const [x, y] = [(2 * (i % width)) / width - 1 + dx, (2 * Math.floor(i / width)) / height - 1 + dy];
    const level = (within[shape](x, y) ? fill : ground) + rng.int(6);
    for (let channel = 0; channel < 3; channel++) {
      pixels[3 * i + channel] = grey || channel === hue ? level : level / 2;
    }
  }
  return sharp(pixels, { raw: { width, height, channels: 3 } })
    .toFormat(format)
    .toBuffer();
}

/** Writes files into a folder, whose folders are made. */
export async function writeFiles(
  folder: string,
  files: Readonly<Record<string, Uint8Array | string>>,
): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
  }
}

/** `count` files for each shape, by their paths: `disc/0.png` … */
export async function drawnFolder(
  shapes: readonly Shape[],
  count: number,
  options: DrawnOptions & { readonly from?: number } = {},
): Promise<Record<string, Buffer>> {
  const { from = 0, format = "png" } = options;
  const files: Record<string, Buffer> = {};
  for (const shape of shapes) {
    for (let i = from; i < from + count; i++)
      files[`${shape}/${i}.${format}`] = await drawn(shape, i, options);
  }
  return files;
}

/** A PNG of 30,000 x 30,000 at one bit whose rows are not there. */
export function hugePng(): Buffer {
  const chunk = (type: string, data: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    sum.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, sum]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(30_000, 0);
  header.writeUInt32BE(30_000, 4);
  header[8] = 1;
  return Buffer.concat([
    Buffer.from("\x89PNG\r\n\x1a\n", "latin1"),
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(Buffer.alloc(100))),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}
