import { z } from "zod";
import { parseJson } from "../../base/parseJson.ts";
import { dataSeenSchema } from "./dataSeen.ts";
import { warningTopics } from "./warnings.ts";

/** What was seen of the data before a training, what was chosen for it, and what will be poor: a run's `guidance.json`. */
export const guidanceSchema = z.object({
  version: z.literal(1),
  data: dataSeenSchema,
  /** `auto`, or the recipe that was named. */
  recipe: z.string(),
  chosen: z.array(z.object({ what: z.string(), chosen: z.string(), why: z.string() }).readonly()).readonly(),
  /** Seconds that the training was thought to take on two cores; null where it was not worked out. */
  estimatedSeconds: z.number().nullable(),
  warnings: z
    .array(z.object({ about: z.enum(warningTopics), text: z.string(), advice: z.string() }).readonly())
    .readonly(),
});

export type Guidance = Readonly<z.infer<typeof guidanceSchema>>;

/**
 * Guidance from the text of a run's `guidance.json`.
 *
 * @throws InputError naming the file and the first field that is wrong.
 */
export function parseGuidance(text: string, fileName: string): Guidance {
  return parseJson(guidanceSchema, text, fileName, "the guidance of a run: put its copy back, or remove it");
}
