import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import {
  adam,
  constantRate,
  type Dataset,
  ntXentLoss,
  parameterCount,
  prepareText,
  type Runtime,
  runtimeNeighbours,
  type TextEncoderChoice,
  type TextPreparation,
  Trainer,
  textColumn,
  textTower,
  variedTexts,
  viewTask,
} from "../src/index.ts";
import { nodeRuntime } from "../src/node.ts";

interface Emoji {
  readonly hexcode: string;
  readonly label: string;
  readonly tags?: readonly string[];
  readonly group?: number;
}

/** Languages whose names are trained on, and those that are not. */
const [trained, unseen] = [
  ["en", "de", "fr", "es"],
  ["it", "pt"],
] as const;

/** When each encoder is evaluated, in seconds that processors spent on its training: other work beside it changes little then. */
const at = [20, 60] as const;

const settings: Readonly<Record<string, { choice: TextEncoderChoice; rate: number; dropWord?: number }>> = {
  "bag, 2-4-grams": { choice: { name: "bag" }, rate: 2e-3 },
  "bag, 3-4-grams": { choice: { name: "bag", sizes: [3, 4] }, rate: 2e-3 },
  "bag, 1-4-grams": { choice: { name: "bag", sizes: [1, 2, 3, 4] }, rate: 2e-3 },
  "bag, a hidden layer": { choice: { name: "bag", depth: 1 }, rate: 2e-3 },
  "bag, a word dropped in 3 of 10": { choice: { name: "bag" }, rate: 2e-3, dropWord: 0.3 },
  transformer: { choice: { name: "transformer" }, rate: 1e-3 },
  "transformer, 2,048 tokens": { choice: { name: "transformer", vocabulary: 2048 }, rate: 1e-3 },
};

/** The emoji that have a group, in a language. */
function emojiIn(language: string): Map<string, Emoji> {
  const path = createRequire(import.meta.url).resolve(`emojibase-data/${language}/data.json`);
  const all = JSON.parse(readFileSync(path, "utf8")) as Emoji[];
  return new Map(all.filter(({ group }) => group !== undefined).map((emoji) => [emoji.hexcode, emoji]));
}

function datasetOf(
  name: string,
  texts: readonly (readonly string[])[],
  preparation: TextPreparation,
): Dataset {
  return {
    ...{ name, count: texts.length, labels: Int32Array.from(texts.keys()) },
    columns: new Map([["text", textColumn(name, texts, preparation)]]),
  };
}

/**
 * The text encoders on the names of emoji: the names in four languages are views of one concept (NT-Xent, batches of 256), each
 * encoder for the same processor seconds. Then for each concept, the English name nearest to its name in a language that was not trained on,
 * or to its English tags, which were not trained on either: R@1 among all English names.
 */
export async function benchTextEncoders(): Promise<void> {
  const names = new Map<string, Map<string, Emoji>>(
    [...trained, ...unseen].map((language) => [language, emojiIn(language)]),
  );
  const codes = [...names.get("en")!.keys()].filter((code) =>
    [...names.values()].every((emoji) => emoji.has(code)),
  );
  const nameOf = (language: string) => (code: string) => names.get(language)!.get(code)!.label;
  const captions = codes.map((code) => trained.map((language) => nameOf(language)(code)));
  const queries = new Map([
    ...unseen.map((language) => [language, codes.map(nameOf(language))] as const),
    ["tags", codes.map((code) => names.get("en")!.get(code)!.tags?.join(" ") ?? "?")],
  ]);
  process.stdout.write(`${codes.length} concepts, ${new Set(captions.flat()).size} names\n`);
  const runtime = await nodeRuntime({ device: "cpu" });
  const columns = [...queries.keys()].map((key) => `${key} R@1`.padStart(9)).join(" ");
  process.stdout.write(`${"encoder".padEnd(32)} parameters CPU s  steps/s ${columns}\n`);
  for (const [name, setting] of Object.entries(settings)) {
    const preparation = await prepareText(captions.flat(), setting.choice);
    const tower = textTower({ ...setting.choice }, preparation);
    const training = datasetOf("emoji", captions, preparation);
    const trainer = await Trainer.create({
      ...{ runtime, training, validation: datasetOf("none", [], preparation), seed: 1 },
      task: viewTask(tower, ntXentLoss, null, variedTexts({ dropWord: setting.dropWord ?? 0 })),
      ...{ optimizer: adam(), schedule: constantRate(setting.rate), epochs: 100_000, batchSize: 256 },
    });
    let [spent, steps] = [0, 0];
    for (const due of at) {
      const stop = new AbortController();
      const begin = process.cpuUsage();
      const now = (): number => {
        const { user, system } = process.cpuUsage(begin);
        return spent + (user + system) / 1e6;
      };
      await trainer.fit({
        signal: stop.signal,
        onStep: () => {
          steps++;
          if (now() >= due) stop.abort();
        },
      });
      spent = now();
      const found = await hits(runtime, trainer, preparation, codes.map(nameOf("en")), queries);
      const size = parameterCount(tower).toLocaleString("en");
      process.stdout.write(
        `${name.padEnd(32)} ${size.padStart(10)} ${spent.toFixed(0).padStart(7)} ${(steps / spent).toFixed(1).padStart(7)} ${found.map((share) => share.toFixed(3).padStart(9)).join(" ")}\n`,
      );
    }
    await trainer.dispose();
  }
  await runtime.dispose();
}

/** For each kind of query, the share whose nearest English name is that of its concept. */
async function hits(
  runtime: Runtime,
  trainer: Trainer,
  preparation: TextPreparation,
  references: readonly string[],
  queries: ReadonlyMap<string, readonly string[]>,
): Promise<number[]> {
  const embed = (texts: readonly string[]) =>
    trainer.embed(
      textColumn(
        "names",
        texts.map((text) => [text]),
        preparation,
      ),
    );
  const known = await embed(references);
  const shares: number[] = [];
  for (const texts of queries.values()) {
    const asked = await embed(texts);
    const dim = asked.length / texts.length;
    const { indices } = await runtimeNeighbours(runtime, asked, known, dim, 1, { metric: "cosine" });
    // Several concepts may have one name.
    const right = texts.filter((_, row) => references[indices[row]!] === references[row]).length;
    shares.push(right / texts.length);
  }
  return shares;
}
