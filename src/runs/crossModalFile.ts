import { z } from "zod";
import { parseJson } from "../base/parseJson.ts";
import type { CrossModalReport } from "../evaluation/index.ts";

const count = z.number().int().min(0);
const measured = z.object({ value: z.number(), low: z.number(), high: z.number() });
const recallAt = <T extends z.ZodType>(of: T) => z.object({ "1": of, "5": of, "10": of });
const metrics = z.object({
  queries: count,
  withoutReferences: count,
  pool: count,
  recallAt: recallAt(measured),
  chanceAt: recallAt(z.number()),
  medianRank: measured,
  mrr: measured,
  mapAtR: measured,
  ndcgAt10: measured,
  drawn: z.enum(["queries", "groups"]),
});
const ratio = z.number().nullable();
const gap = z.object({ distance: z.number(), separability: z.number().nullable() });

const reportSchema: z.ZodType<CrossModalReport> = z.object({
  modalities: z.array(z.object({ modality: z.string(), rows: count, groups: count })),
  directions: z.array(
    z.object({
      from: z.string(),
      to: z.string(),
      plain: metrics.nullable(),
      centred: metrics.nullable(),
      hubness: z.object({ plain: z.number(), centred: z.number() }),
      untrained: metrics.nullable(),
      linear: metrics.nullable(),
      direct: metrics.nullable(),
      emergent: z.object({ recallAt: recallAt(ratio), mrr: ratio, mapAtR: ratio }).nullable(),
    }),
  ),
  zeroShot: z.array(
    z.object({
      from: z.string(),
      prompts: z.string(),
      accuracy: measured,
      meanPerClass: z.number(),
      queries: count,
      withoutPrompt: count,
      classes: count,
    }),
  ),
  gaps: z.array(z.object({ between: z.tuple([z.string(), z.string()]), plain: gap, centred: gap })),
  bootstrap: z.object({ samples: count, confidence: z.number(), seed: count }),
});

/**
 * What `kindred eval` found for a space of several modalities, from its JSON.
 *
 * @throws InputError naming the file and the first field that is wrong.
 */
export function parseCrossModalReport(text: string, fileName: string): CrossModalReport {
  return parseJson(reportSchema, text, fileName, "what kindred eval writes: evaluate the run again");
}
