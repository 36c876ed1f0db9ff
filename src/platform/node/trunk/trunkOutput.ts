import { InputError } from "../../../base/index.ts";
import type { TrunkChoice } from "../../../nn/index.ts";
import type { Trial, TrialOutput } from "./trunkTrial.ts";

/** Which output of a model is used, and how. */
export interface OutputChoice {
  /** Name of the output. Default: the first vector of each picture; else the first map of one pixel; else the first of tokens. */
  readonly output?: string;
  /** What becomes of an output of tokens. Default `mean`. */
  readonly pool?: "mean" | "cls";
}

const floats: ReadonlySet<string> = new Set(["float32", "float16", "float64"]);
const forms = "[n, d], [n, d, 1, 1] or [n, tokens, d]";

/**
 * The output that makes a vector of each picture, and how it becomes one.
 *
 * @throws InputError when there is none, or the one named is none.
 */
export function chosenOutput(
  { outputs, count }: Pick<Trial, "outputs" | "count">,
  file: string,
  { output: named, pool }: OutputChoice,
): Pick<TrunkChoice, "output" | "pool" | "features"> {
  const candidates = named === undefined ? outputs : outputs.filter(({ name }) => name === named);
  if (named !== undefined && candidates.length === 0) {
    throw new InputError(
      `${file}: has no output ${named} (--trunk-output), it makes ${listOutputs(outputs)}: name one of these`,
    );
  }
  const usable = candidates.filter(
    ({ type, shape }) => floats.has(type) && shape[0] === count && !shape.includes(0),
  );
  const of = (fits: (shape: readonly number[]) => boolean): TrialOutput | undefined =>
    usable.find(({ shape }) => fits(shape));
  const vector = of((shape) => shape.length === 2);
  const map = of((shape) => shape.length === 4 && shape[2] === 1 && shape[3] === 1);
  const tokens = of((shape) => shape.length === 3);
  if (tokens && (pool !== undefined || !(vector || map))) {
    return { output: tokens.name, pool: pool ?? "mean", features: tokens.shape[2]! };
  }
  if (pool !== undefined) {
    throw new InputError(
      `${file}: --pool ${pool} is for an output of tokens, it makes ${listOutputs(candidates)}: leave it out`,
    );
  }
  if (vector) return { output: vector.name, pool: "vector", features: vector.shape[1]! };
  if (map) return { output: map.name, pool: "map", features: map.shape[1]! };
  const pictures = count === 1 ? "a picture" : `${count} pictures`;
  throw new InputError(
    `${file}: makes ${listOutputs(candidates)} of ${pictures}, expected an output of floats ${forms}: export it without what follows its features`,
  );
}

/** Outputs with type and shape, for people. */
export function listOutputs(outputs: readonly TrialOutput[]): string {
  return (
    outputs.map(({ name, type, shape }) => `${name}: ${type}[${shape.join(",")}]`).join("; ") || "nothing"
  );
}
