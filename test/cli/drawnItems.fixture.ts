import { tone } from "../../src/platform/node/items/items.fixture.ts";
import { drawn, type Shape, writeFiles } from "../../src/platform/node/pictures/drawnPictures.fixture.ts";

const shapes: readonly Shape[] = ["disc", "bar", "cross"];
const words = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];

/** A drawn thing with its name, its tone, and the paths of its files within a folder. */
export interface DrawnItem {
  readonly image: string;
  readonly text: string;
  readonly audio: string;
  readonly label: string;
}

/** `count` things, each of one of three shapes: `0.png` of 16 x 16, `0.wav` with a tone of its shape, and a name of its own. */
export const drawnItems = (count: number): DrawnItem[] =>
  Array.from({ length: count }, (_, i) => ({
    ...{ image: `${i}.png`, audio: `${i}.wav`, label: shapes[i % 3]! },
    text: `${shapes[i % 3]} ${words[Math.floor(i / 10)]} ${words[i % 10]}`,
  }));

/** Writes the pictures and recordings of {@link drawnItems} into a folder. */
export async function writeDrawnFiles(folder: string, count: number): Promise<readonly DrawnItem[]> {
  const items = drawnItems(count);
  const files: Record<string, Uint8Array> = {};
  for (const [i, { image, audio, label }] of items.entries()) {
    const shape = shapes.find((name) => name === label)!;
    files[image] = await drawn(shape, i, { width: 16, height: 16 });
    files[audio] = tone(3 * (i % 3) + 1, 1600);
  }
  await writeFiles(folder, files);
  return items;
}

/** A table of items as a file, in JSON lines. */
export const jsonLines = (rows: readonly object[]): string =>
  rows.map((row) => `${JSON.stringify(row)}\n`).join("");

/** Flags of a training that takes some seconds. */
export const small: readonly string[] = [
  ...["--epochs", "2", "--batch-size", "16", "--validation", "8"],
  ...["--size", "16", "--width", "2", "--dim", "16"],
];
