/**
 * Draws emoji as a data set of pictures and words: one concept in up to six styles, named in six languages; with `--speak` also
 * spoken. Whole styles, concepts, subgroups and a voice are kept apart, so that what is measured was never trained on.
 *
 *   node scripts/dataEmoji.ts [folder] [--size 64] [--speak]     default: data/emoji
 *
 * It writes pictures and recordings, and a table for each question, all with the columns `image`, `text` (names, English first),
 * `label` (the concept), `split` and fields:
 *
 * - `metadata.jsonl`: is a concept known again in another style? The style twemoji is the test part.
 * - `concepts.jsonl`: is a concept known that was never shown? A tenth of the concepts are the test part.
 * - `subgroups.jsonl`: and where nothing like it was shown? Whole subgroups with about a tenth of the concepts are the test part.
 *
 * Pictures: noto and noto-v1 (Apache-2.0), fluent-emoji-flat (MIT), twemoji and emojione (CC BY 4.0), openmoji (CC BY-SA 4.0), as
 * Iconify packs them. Names and tags: emojibase (MIT), of Unicode's CLDR.
 */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import sharp from "sharp";
import { z } from "zod";
import { InputError, Rng } from "../src/base/index.ts";
import { encodeWav } from "../src/modality/audio/index.ts";
import { writeFileAtomic } from "../src/platform/node/files/files.ts";
import { spokenWords } from "../src/platform/node/speech/spokenWords.ts";
import { voices } from "../src/platform/node/speech/voices.ts";

const styles = ["noto", "fluent-emoji-flat", "noto-v1", "emojione", "openmoji", "twemoji"] as const;
type Style = (typeof styles)[number];
/** The style of which no picture is trained on. */
const heldOutStyle: Style = "twemoji";
/** The speaker of whom no word is trained on. */
const heldOutSpeaker = "slt";
const languages = ["en", "de", "fr", "es", "it", "ja"] as const;

const compactSchema = z.array(
  z.object({ hexcode: z.string(), label: z.string(), tags: z.array(z.string()).default([]) }),
);
const dataSchema = z.array(z.object({ hexcode: z.string(), subgroup: z.number().optional() }));
const groupsSchema = z.object({ subgroups: z.record(z.string(), z.string()) });
const iconsSchema = z.object({
  width: z.number().default(16),
  height: z.number().default(16),
  icons: z.record(
    z.string(),
    z.object({ body: z.string(), width: z.number().optional(), height: z.number().optional() }),
  ),
  aliases: z.record(z.string(), z.object({ parent: z.string() })).default({}),
});

interface Concept {
  readonly hexcode: string;
  readonly subgroup: string;
  /** In each language, English first. */
  readonly names: readonly string[];
  readonly tags: readonly string[];
}

interface Drawn {
  readonly concept: Concept;
  readonly style: Style;
  readonly file: string;
  readonly svg: string;
}

const require = createRequire(import.meta.url);

async function json<T>(schema: z.ZodType<T>, module: string): Promise<T> {
  return schema.parse(JSON.parse(await readFile(require.resolve(module), "utf8")));
}

/** All concepts that have a name in every language and a subgroup. */
async function readConcepts(): Promise<Concept[]> {
  const { subgroups } = await json(groupsSchema, "emojibase-data/meta/groups.json");
  const subgroupOf = new Map(
    (await json(dataSchema, "emojibase-data/en/data.json")).map(({ hexcode, subgroup }) => [
      hexcode,
      subgroup,
    ]),
  );
  const named = await Promise.all(
    languages.map(async (language) => {
      const rows = await json(compactSchema, `emojibase-data/${language}/compact.json`);
      return new Map(rows.map((row) => [row.hexcode, row]));
    }),
  );
  return [...named[0]!.values()].flatMap(({ hexcode, tags }) => {
    const names = named.flatMap((rows) => rows.get(hexcode)?.label ?? []);
    const subgroup = subgroups[String(subgroupOf.get(hexcode))];
    return names.length < languages.length || subgroup === undefined
      ? []
      : [{ hexcode, subgroup, names, tags }];
  });
}

/** Which concepts a style draws, and how. All packs have the same names, but not all say of which characters. */
async function readDrawings(concepts: readonly Concept[]): Promise<Drawn[]> {
  const nameOf = new Map<string, string>();
  for (const style of ["noto", "openmoji", "twemoji"]) {
    const chars = await json(z.record(z.string(), z.string()), `@iconify-json/${style}/chars.json`);
    for (const [characters, name] of Object.entries(chars)) nameOf.set(plain(characters), name);
  }
  const drawn: Drawn[] = [];
  for (const style of styles) {
    const pack = await json(iconsSchema, `@iconify-json/${style}/icons.json`);
    for (const concept of concepts) {
      const name = nameOf.get(plain(concept.hexcode));
      const icon = name === undefined ? undefined : pack.icons[pack.aliases[name]?.parent ?? name];
      if (!icon) continue;
      const { body, width = pack.width, height = pack.height } = icon;
      const svg = `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 ${width} ${height}">${body}</svg>`;
      drawn.push({ concept, style, file: `images/${style}/${concept.hexcode.toLowerCase()}.png`, svg });
    }
  }
  return drawn;
}

/** Code points without the selector of emoji presentation, which some packs leave out. */
const plain = (hexcode: string): string =>
  hexcode
    .toLowerCase()
    .split("-")
    .filter((code) => code !== "fe0f")
    .join("-");

async function draw(folder: string, size: number, drawn: readonly Drawn[]): Promise<void> {
  let [next, done] = [0, 0];
  const drawOn = async (): Promise<void> => {
    while (next < drawn.length) {
      const { file, svg } = drawn[next++]!;
      const path = join(folder, file);
      if (!existsSync(path)) {
        const png = await sharp(Buffer.from(svg), { density: (72 * size) / 16 })
          .resize(size, size, { fit: "contain", background: "#ffffff" })
          .flatten({ background: "#ffffff" })
          .png()
          .toBuffer();
        await writeFileAtomic(path, png);
      }
      progress("pictures", ++done, drawn.length);
    }
  };
  await Promise.all(Array.from({ length: 2 * availableParallelism() }, drawOn));
}

/** Each English name by each voice: files of recordings by hexcode, those of the held-out speaker apart. */
async function speak(folder: string, concepts: readonly Concept[]) {
  const utterances = voices.flatMap(({ name: voice }) =>
    concepts.map((concept) => ({ concept, voice, text: concept.names[0]!, pitch: 1, stretch: 1 })),
  );
  const spoken = await spokenWords(
    utterances.map(({ text, voice, pitch, stretch }) => ({ text, voice, pitch, stretch })),
    { onProgress: (done, total) => progress("words", done, total) },
  );
  const speakerOf = new Map(voices.map(({ name, speaker }) => [name, speaker]));
  const files = new Map<string, Record<"training" | "test", string[]>>();
  for (const [i, { concept, voice }] of utterances.entries()) {
    const file = `audio/${voice}/${concept.hexcode.toLowerCase()}.wav`;
    if (!existsSync(join(folder, file))) {
      const { samples, rate } = spoken[i]!;
      await writeFileAtomic(
        join(folder, file),
        encodeWav(
          Float32Array.from(samples, (x) => x / 32768),
          rate,
        ),
      );
    }
    const of = files.get(concept.hexcode) ?? { training: [], test: [] };
    of[speakerOf.get(voice) === heldOutSpeaker ? "test" : "training"].push(file);
    files.set(concept.hexcode, of);
  }
  return files;
}

/** A tenth of the concepts, and subgroups that hold about a tenth of them, each by lot. */
function heldOut(concepts: readonly Concept[]) {
  const tenth = Math.round(concepts.length / 10);
  const byLot = Rng.of(1, "emoji", "concepts").permutation(concepts.length);
  const single = new Set(Array.from(byLot.subarray(0, tenth), (row) => concepts[row]!.hexcode));
  const subgroups = [...new Set(concepts.map(({ subgroup }) => subgroup))];
  const chosen = new Set<string>();
  let count = 0;
  for (const row of Rng.of(1, "emoji", "subgroups").permutation(subgroups.length)) {
    const size = concepts.filter(({ subgroup }) => subgroup === subgroups[row]).length;
    if (count + size > 1.1 * tenth) continue;
    chosen.add(subgroups[row]!);
    count += size;
  }
  return { single, subgroups: chosen };
}

let shown = 0;
function progress(what: string, done: number, total: number): void {
  if (!process.stderr.isTTY || (done < total && Date.now() - shown < 100)) return;
  shown = Date.now();
  process.stderr.write(`\r${what}: ${done} of ${total}${done === total ? "\n" : ""}`);
}

async function main(folder: string, size: number, spoken: boolean): Promise<void> {
  const concepts = await readConcepts();
  const drawn = await readDrawings(concepts);
  await draw(folder, size, drawn);
  const shownConcepts = concepts.filter((concept) => drawn.some((one) => one.concept === concept));
  const recordings = spoken ? await speak(folder, shownConcepts) : null;
  const { single, subgroups } = heldOut(shownConcepts);
  const tables: Readonly<Record<string, (one: Drawn) => boolean>> = {
    "metadata.jsonl": ({ style }) => style === heldOutStyle,
    "concepts.jsonl": ({ concept }) => single.has(concept.hexcode),
    "subgroups.jsonl": ({ concept }) => subgroups.has(concept.subgroup),
  };
  for (const [name, isTest] of Object.entries(tables)) {
    const rows = drawn.map((one) => {
      const { concept, style, file } = one;
      const split = isTest(one) ? "test" : "train";
      const audio = recordings?.get(concept.hexcode)?.[split === "test" ? "test" : "training"];
      const { names, tags, subgroup, hexcode } = concept;
      const row = { image: file, text: names, ...(audio ? { audio } : {}), label: names[0], split };
      return `${JSON.stringify({ ...row, style, subgroup, hexcode, tags: tags.join(", ") })}\n`;
    });
    await writeFileAtomic(join(folder, name), rows.join(""));
  }
  process.stderr.write(
    `wrote ${drawn.length} pictures of ${shownConcepts.length} concepts${spoken ? ", spoken," : ""} to ${folder}: go on with kindred train --data ${folder}\n`,
  );
}

try {
  const { values, positionals } = parseArgs({
    options: { size: { type: "string", default: "64" }, speak: { type: "boolean", default: false } },
    allowPositionals: true,
  });
  const size = Number(values.size);
  if (!Number.isInteger(size) || size < 8 || size > 512) {
    throw new InputError(`--size ${values.size}, expected a whole number of pixels from 8 to 512`);
  }
  await main(positionals[0] ?? "data/emoji", size, values.speak);
} catch (error) {
  if (!(error instanceof InputError)) throw error;
  process.stderr.write(`error: ${error.message}\n`);
  process.exitCode = 2;
}
