import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { levelsFor } from "./decode/pictureLevels.ts";
import type { PictureFile } from "./listing/pictureTree.ts";
import { settled, surveyPictures } from "./surveyPictures.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "kindred-survey-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function files(name: string, contents: readonly Buffer[]): Promise<PictureFile[]> {
  return Promise.all(
    contents.map(async (content, i) => {
      const file = join(folder, `${name}-${i}`);
      await writeFile(file, content);
      return { path: `${name}-${i}`, file };
    }),
  );
}

/** A disc of one level on a transparent ground, or on an opaque one. */
function disc(level: number, ground: number | null): Promise<Buffer> {
  const pixels = Buffer.alloc(32 * 32 * 4);
  for (let i = 0; i < 32 * 32; i++) {
    const inside = Math.hypot((i % 32) - 16, Math.floor(i / 32) - 16) < 9;
    const value = inside ? level : (ground ?? 0);
    pixels.set([value, value, value, inside || ground !== null ? 255 : 0], 4 * i);
  }
  return sharp(pixels, { raw: { width: 32, height: 32, channels: 4 } })
    .png()
    .toBuffer();
}

describe("surveyPictures", () => {
  it.each([
    ["black on clear", 0, null, "#ffffff"],
    ["white on clear", 255, null, undefined],
    ["black on an opaque ground", 0, 200, undefined],
  ] as const)("chooses the background of %s, and says so", async (name, level, ground, background) => {
    const pictures = await files(name, await Promise.all([disc(level, ground), disc(level, ground)]));
    const { preprocessing, notes } = await surveyPictures(pictures, {});
    expect(preprocessing).toEqual({
      size: 32,
      channels: 1,
      fit: "cover",
      ...(background ? { background } : {}),
    });
    expect(notes).toHaveLength(background ? 1 : 0);
    // What is chosen holds, and what a run has is not chosen anew.
    const asked = await surveyPictures(pictures, { background: "#000000" });
    expect(asked).toEqual({ preprocessing: { size: 32, channels: 1, fit: "cover" }, notes: [] });
    const run = { size: 9, channels: 1, fit: "cover" } as const;
    expect(await surveyPictures(pictures, settled(run))).toEqual({ preprocessing: run, notes: [] });
  });

  it("lays dark and light drawings on a transparent ground on grey, which shows both", async () => {
    const inks = [0, 0, 255, 0];
    const pictures = await files("both", await Promise.all(inks.map((level) => disc(level, null))));
    const { preprocessing, notes } = await surveyPictures(pictures, {});
    expect(preprocessing.background).toBe("#808080");
    expect(notes).toEqual([expect.stringContaining("dark ones and light ones, so they are laid on grey")]);
  });

  it("takes as many of 16 bits as are used", async () => {
    const deep = (most: number): Promise<Buffer> =>
      sharp(
        Uint16Array.from({ length: 1024 }, (_, i) => Math.round((most * i) / 1023)),
        {
          raw: { width: 32, height: 32, channels: 1 },
        },
      )
        .toColourspace("grey16")
        .png()
        .toBuffer();
    const { preprocessing, notes } = await surveyPictures(
      await files("12", [await deep(4000), await deep(900)]),
      {},
    );
    expect(preprocessing.levels).toEqual([0, 4095]);
    expect(notes).toEqual([expect.stringContaining("their levels 0 to 4,095 become black to white")]);
    const full = await surveyPictures(await files("16", [await deep(60_000)]), {});
    expect([full.preprocessing.levels, full.notes]).toEqual([undefined, []]);
  });
});

describe("levelsFor", () => {
  it.each([
    ["ushort", 0, 200, [0, 255]],
    ["ushort", 3, 4095, [0, 4095]],
    ["ushort", 0, 40_000, null],
    ["other", 0, 0.7, [0, 1]],
    ["other", 0, 250, null],
    ["other", 0, 65_000, [0, 65_535]],
    ["other", -1000, 3000, [-1000, 3000]],
  ] as const)("of %s from %d to %d", (type, low, high, levels) => {
    expect(levelsFor([{ type, low, high }])).toEqual(levels);
  });
});
