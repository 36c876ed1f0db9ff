import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import emoji from "emojibase-data/en/data.json" with { type: "json" };
import { pretrainedTower } from "../src/node.ts";
import { runPeer } from "./peer.ts";
import { measured } from "./results.ts";

const rounds = 3;

/** The names of emoji, and every eighth time a text of twenty names. */
const sentences = emoji.slice(0, 1024).map(({ label }, i) =>
  i % 8 === 0
    ? emoji
        .slice(i, i + 20)
        .map((one) => one.label)
        .join(", ")
    : label,
);

/** Sentences a second by all-MiniLM-L6-v2 with its real weights beside sentence-transformers, and how far their embeddings differ. */
export async function benchSentences(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "kindred-sentences-"));
  try {
    await writeFile(join(folder, "sentences.json"), JSON.stringify(sentences));
    const ours: number[] = [];
    const theirs: number[] = [];
    let [peer, note] = ["", ""];
    for (let round = 0; round < rounds; round++) {
      const result = await runPeer("sentences.py", [folder]);
      if (!result.ran) throw new Error(`the model comes from its peer, which did not run: ${result.why}`);
      const { version, threads, sentencesPerSecond } = result.value;
      theirs.push(Number(sentencesPerSecond));
      peer = `sentence-transformers ${version}, ${threads} threads`;
      const { rate, embeddings } = await embedAll(join(folder, "model"));
      ours.push(rate);
      const expected = JSON.parse(await readFile(join(folder, "embeddings.json"), "utf8")) as number[][];
      const most = Math.max(
        ...embeddings.map((vector, i) =>
          Math.max(...vector.map((value, j) => Math.abs(value - expected[i]![j]!))),
        ),
      );
      if (!(most < 1e-4)) throw new Error(`embeddings differ by ${most}, expected less than 1e-4`);
      note = `greatest difference ${most.toExponential(1)}`;
    }
    measured({
      bench: "sentences",
      what: `embedding ${sentences.length} sentences by all-MiniLM-L6-v2`,
      unit: "sentences/s",
      better: "more",
      digits: 0,
      ...{ ours, peer, theirs, note },
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function embedAll(
  folder: string,
): Promise<{ readonly rate: number; readonly embeddings: readonly Float32Array[] }> {
  const tower = await pretrainedTower(folder, "text", { device: "cpu" });
  try {
    await tower.embed(sentences.slice(0, 32));
    const begin = performance.now();
    const embeddings = await tower.embed(sentences);
    return { rate: sentences.length / ((performance.now() - begin) / 1000), embeddings };
  } finally {
    await tower.dispose();
  }
}
