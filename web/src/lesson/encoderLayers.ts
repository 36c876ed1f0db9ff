import { type EncoderModule, type EncoderName, encoderByName, parameterCount } from "kindred";
import type { RunInfo } from "kindred/explorer";

/** A layer, or some that belong together. */
export interface LayerRow {
  readonly name: string;
  /** Shape of what it gives for one picture, such as `32 x 13 x 13`. */
  readonly output: string;
  /** Trained numbers. */
  readonly parameters: number;
}

/** Which encoder each recipe trains where nothing else is asked for. */
const encoderOfRecipe: Readonly<Record<string, EncoderName>> = {
  lesson: "lesson",
  fast: "compact",
  simclr: "compact",
};

/** The layers of a run's encoder, or null where it is not that of its recipe. */
export function encoderLayers(
  run: Pick<RunInfo, "recipe" | "dim" | "picture" | "parameters">,
): LayerRow[] | null {
  const { channels, width: size, height } = run.picture;
  const name = encoderOfRecipe[run.recipe];
  if (name === undefined || size !== height) return null;
  const encoder = encoderByName({ name, channels, size, dim: run.dim });
  if (parameterCount(encoder) !== run.parameters) return null;
  return name === "lesson" ? lessonLayers(encoder, size) : compactLayers(encoder, size);
}

function lessonLayers(encoder: EncoderModule, size: number): LayerRow[] {
  const first = Math.floor((size - 2) / 2);
  const second = Math.floor((first - 2) / 2);
  const block = "Convolution 5 x 5, batch norm, ReLU, max-pool 2, dropout";
  return [
    { name: block, output: maps(32, first), parameters: countOf(encoder, "conv1") },
    { name: block, output: maps(64, second), parameters: countOf(encoder, "conv2") },
    { name: "Flatten", output: String(64 * second * second), parameters: 0 },
    { name: "Linear, ReLU", output: "512", parameters: countOf(encoder, "linear1.0") },
    { name: "Linear", output: String(encoder.dim), parameters: countOf(encoder, "linear1.2") },
  ];
}

function compactLayers(encoder: EncoderModule, size: number): LayerRow[] {
  const rows: LayerRow[] = [];
  let side = size;
  let channels = 0;
  for (const [i, name] of ["conv1", "conv2", "conv3"].entries()) {
    side = Math.floor(side / 2);
    channels = encoder.state.find((spec) => spec.name === `${name}.0.weight`)?.shape[0] ?? 0;
    const kernel = i === 0 ? "5 x 5" : "3 x 3";
    rows.push({
      name: `Convolution ${kernel}, batch norm, ReLU, max-pool 2`,
      output: maps(channels, side),
      parameters: countOf(encoder, name),
    });
  }
  return [
    ...rows,
    { name: "Flatten", output: String(channels * side * side), parameters: 0 },
    { name: "Linear", output: String(encoder.dim), parameters: countOf(encoder, "linear") },
  ];
}

function maps(channels: number, side: number): string {
  return `${channels} x ${side} x ${side}`;
}

/** Trained numbers of a sub-module. */
function countOf(encoder: EncoderModule, prefix: string): number {
  return encoder.state
    .filter(({ name, trainable }) => trainable && name.startsWith(`${prefix}.`))
    .reduce((sum, { shape }) => sum + shape.reduce((size, extent) => size * extent, 1), 0);
}
