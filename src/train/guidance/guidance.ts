import { z } from "zod";
import { InputError } from "../../base/index.ts";
import type { RunConfig } from "../runConfig.ts";
import type { Reason } from "./reason.ts";
import { type DataSeen, dataSeenSchema } from "./seen.ts";
import { type Warning, warningsOf, warningTopics } from "./warnings.ts";

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
 * Guidance for pictures that were looked at.
 *
 * @param choice of `auto`, or null with the name of a recipe that is taken as it is
 */
export function guidanceFor(
  data: DataSeen,
  recipe: RunConfig["recipe"] | "auto",
  choice: { readonly reasons: readonly Reason[]; readonly seconds: number | null } | null,
): Guidance {
  const why = "you chose it (--recipe)";
  return {
    version: 1,
    data,
    recipe,
    chosen: choice?.reasons ?? [{ what: "recipe", chosen: recipe, why }],
    estimatedSeconds: choice?.seconds ?? null,
    warnings: warningsOf(data) satisfies readonly Warning[],
  };
}

/** Classes whose size is told one by one. */
const fewClasses = 12;

/** Guidance in a few lines for people: what the data is, what was chosen and why, what will be poor. */
export function guidanceLines({ data, chosen, warnings }: Guidance): readonly string[] {
  const width = Math.max(...chosen.map(({ what }) => what.length)) + 2;
  return [
    `pictures: ${data.channels === 1 ? "grey" : "colour"}, ${data.size} x ${data.size}, ${describeClasses(data)}`,
    "chosen:",
    ...chosen.map((reason) => `  ${reason.what.padEnd(width)}${reason.chosen}: ${reason.why}`),
    ...(warnings.length > 0 ? ["to look at:"] : []),
    ...warnings.map(({ text, advice }) => `  ${text}; ${advice}`),
  ];
}

function describeClasses({ labelled, classes }: DataSeen): string {
  if (!labelled) return "without labels";
  if (classes.length === 1) return `1 class (${classes[0]!.name})`;
  const counts = classes.map(({ training }) => training);
  if (classes.length <= fewClasses) {
    return `${classes.length} classes: ${classes.map(({ name, training }) => `${name} (${training.toLocaleString("en")})`).join(", ")}`;
  }
  return `${classes.length} classes of ${Math.min(...counts).toLocaleString("en")} to ${Math.max(...counts).toLocaleString("en")} training pictures`;
}

/**
 * Guidance from the text of a run's `guidance.json`.
 *
 * @throws InputError naming the file and the first field that is wrong.
 */
export function parseGuidance(text: string, fileName: string): Guidance {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new InputError(`${fileName}: is no JSON, expected the guidance of a run`);
  }
  const result = guidanceSchema.safeParse(value);
  if (result.success) return result.data;
  const { path, message } = result.error.issues[0]!;
  throw new InputError(`${fileName}: ${path.join(".") || "the whole"}: ${message}`);
}
