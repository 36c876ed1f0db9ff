import type { Encoder } from "../nn/index.ts";
import type { LayerRow } from "./protocol.ts";

/**
 * The layers of an encoder; null of a kind whose layers nobody has put into words yet.
 *
 * @param kind its name in a run's configuration
 */
export function encoderLayers(kind: string, encoder: Encoder): LayerRow[] | null {
  const size = encoder.inputShape.at(-1) ?? 0;
  if (kind === "lesson") return lessonLayers(encoder, size);
  return kind === "compact" ? compactLayers(encoder, size) : null;
}

function lessonLayers(encoder: Encoder, size: number): LayerRow[] {
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

function compactLayers(encoder: Encoder, size: number): LayerRow[] {
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
function countOf(encoder: Encoder, prefix: string): number {
  return encoder.state
    .filter(({ name, trainable }) => trainable && name.startsWith(`${prefix}.`))
    .reduce((sum, { shape }) => sum + shape.reduce((size, extent) => size * extent, 1), 0);
}
