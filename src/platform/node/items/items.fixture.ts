import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import { InputError } from "../../../base/index.ts";
import type { ItemTable } from "../../../data/items/item.ts";
import { drawn, type Shape, writeFiles } from "../pictures/drawnPictures.fixture.ts";

/** A folder that is removed after it was used. */
export async function inFolder<T>(
  files: Readonly<Record<string, Uint8Array | string>>,
  use: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "kindred-items-"));
  try {
    await writeFiles(folder, files);
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A recording as a WAV file of 16 bits at 8 kHz: a tone, another for each number. */
export function tone(number: number, samples = 800): Uint8Array {
  const bytes = Buffer.alloc(44 + 2 * samples);
  bytes.write("RIFF", 0, "latin1");
  bytes.writeUInt32LE(36 + 2 * samples, 4);
  bytes.write("WAVEfmt ", 8, "latin1");
  bytes.writeUInt32LE(16, 16);
  bytes.writeUInt16LE(1, 20);
  bytes.writeUInt16LE(1, 22);
  bytes.writeUInt32LE(8000, 24);
  bytes.writeUInt32LE(16000, 28);
  bytes.writeUInt16LE(2, 32);
  bytes.writeUInt16LE(16, 34);
  bytes.write("data", 36, "latin1");
  bytes.writeUInt32LE(2 * samples, 40);
  for (let i = 0; i < samples; i++) {
    bytes.writeInt16LE(Math.round(9000 * Math.sin((i * (number + 3)) / 20)), 44 + 2 * i);
  }
  return bytes;
}

/** `count` pictures by their paths: `0.png` … */
export async function pictures(
  count: number,
  folder = "",
  shape: Shape = "disc",
): Promise<Record<string, Uint8Array>> {
  const files = await Promise.all(
    Array.from({ length: count }, async (_, i) => [
      `${folder}${i}.png`,
      await drawn(shape, i, { width: 16, height: 16 }),
    ]),
  );
  return Object.fromEntries(files);
}

/** What is in items, without the places of their files. */
export function shown({ items }: ItemTable) {
  return items.map(({ id, image, texts, audio, label, part }) => ({
    ...{ id, image: image?.path ?? null, texts, audio: audio.map(({ path }) => path), label, part },
  }));
}

/** The one line that a refusal says, with `~` for the folder. */
export async function refusal(reading: Promise<unknown>, folder: string): Promise<string> {
  const error: unknown = await reading.then(
    () => "nothing went wrong",
    (reason) => reason,
  );
  expect(error).toBeInstanceOf(InputError);
  const { message } = error as InputError;
  expect(message).not.toMatch(/[\r\n]/);
  return message.replaceAll(folder, "~");
}
