import type { RunConfig } from "../runConfig.ts";
import type { DataSeen } from "./dataSeen.ts";
import type { Guidance } from "./guidanceFile.ts";
import type { Reason } from "./reason.ts";
import { type Warning, warningsOf } from "./warnings.ts";

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
