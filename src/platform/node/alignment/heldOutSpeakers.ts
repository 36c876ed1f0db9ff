import { Rng } from "../../../base/index.ts";
import { directionMetrics, type Measured, queryRanks } from "../../../evaluation/index.ts";
import { runtimeSimilarities } from "../../../neighbours/index.ts";
import type { AlignmentConfig } from "../../../runs/index.ts";
import { VariationThreads } from "../variation/variationThreads.ts";
import { type EvaluateAlignmentOptions, embedRows } from "./evaluateAlignment.ts";
import { openAlignment } from "./openAlignment.ts";
import { speakers } from "./spokenDigits.ts";
import { alignmentTrainer } from "./trainAlignment.ts";

/** What the words of a speaker find who was not trained on: the first hit is of their digit, a share of them. */
export interface HeldOutSpeaker {
  readonly speaker: string;
  readonly toText: Measured;
  readonly toImage: Measured;
  /** The other way, from a caption to that speaker's word: never paired in training. */
  readonly fromText: Measured;
}

/**
 * Trains an alignment of the lesson's digits anew without each of its speakers in turn, and measures it by that one.
 *
 * @throws AbortedError when stopped by the signal.
 */
export async function heldOutSpeakers(
  config: AlignmentConfig,
  options: EvaluateAlignmentOptions,
): Promise<HeldOutSpeaker[]> {
  const { runtime, seed, onProgress, signal } = options;
  const found: HeldOutSpeaker[] = [];
  for (const speaker of speakers) {
    const without = { ...config, data: { ...config.data, heldOut: [speaker] } };
    const opened = await openAlignment(without, { runtime, ...(signal ? { signal } : {}) });
    const variation = new VariationThreads();
    const trainer = await alignmentTrainer(
      { config: without, runtime, towers: opened.towers, data: opened.data, ...(signal ? { signal } : {}) },
      variation,
    );
    try {
      await trainer.fit({
        ...(signal ? { signal } : {}),
        onStep: ({ epoch, batch, batches }) =>
          onProgress?.(`without ${speaker}`, (epoch - 1) * batches + batch, config.epochs * batches),
      });
      const { rows } = await opened.measured();
      const embedded = await embedRows(opened.towers, await trainer.encoderState(), rows, options);
      const of = async (from: string, to: string): Promise<Measured> => {
        const [queries, pool] = [from, to].map((name) => embedded.find((one) => one.modality === name)!);
        const similarities = await runtimeSimilarities(
          runtime,
          queries!.embeddings,
          pool!.embeddings,
          pool!.dim,
        );
        try {
          const ranks = await queryRanks(similarities.blocks, queries!.labels, pool!.labels, { signal });
          const rng = Rng.of(seed, "held-out speakers", speaker, from, to);
          return (await directionMetrics(ranks, queries!.labels, { rng, signal }))!.recallAt[1];
        } finally {
          await similarities.dispose();
        }
      };
      found.push({
        speaker,
        toText: await of("audio", "text"),
        toImage: await of("audio", "image"),
        fromText: await of("text", "audio"),
      });
    } finally {
      await trainer.dispose();
      await variation.dispose();
    }
  }
  return found;
}
