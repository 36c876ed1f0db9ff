import { InputError } from "../base/index.ts";
import { type Encoder, parameterCount } from "../nn/index.ts";
import type { ImageTowerConfig, RunConfig } from "./runConfig.ts";
import { greatest } from "./trainingOptions.ts";

/** Of 4 bytes each: an ONNX file holds 2 GB. */
const mostParameters = 500_000_000;

/**
 * That the sizes in a configuration are such as can be built.
 *
 * @throws InputError naming the first that is too large, and the greatest that is taken.
 */
export function requireBounds({
  towers,
  head,
  batchSize,
}: Pick<RunConfig, "towers" | "head" | "batchSize">): void {
  const sizes: Readonly<Record<string, unknown>> = { ...towers.image.encoder, batchSize };
  requireAtMost("", sizes);
  if (head) requireAtMost("head's ", { ...head });
}

function requireAtMost(whose: string, sizes: Readonly<Record<string, unknown>>): void {
  for (const [name, bound] of Object.entries(greatest)) {
    const value = sizes[name];
    if (typeof value !== "number" || value <= bound) continue;
    const named = name === "batchSize" ? "batch size" : name;
    throw new InputError(`the ${whose}${named} is ${value}, expected at most ${bound}: choose a smaller one`);
  }
}

/** @throws InputError when an encoder has more parameters than a file holds. */
export function requireParameters(encoder: Encoder, { name }: ImageTowerConfig["encoder"]): void {
  const count = parameterCount(encoder);
  if (count <= mostParameters) return;
  throw new InputError(
    `the ${name} encoder has ${count.toLocaleString("en")} parameters, expected at most ${mostParameters.toLocaleString("en")}, which an ONNX file holds: choose a smaller width, depth, dim or picture size`,
  );
}
