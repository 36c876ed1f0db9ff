import { type TensorData, tensorData } from "../../src/base/index.ts";
import type { StateSpec } from "../../src/nn/index.ts";
import type { Values } from "../../src/runtime/index.ts";

/**
 * The weights and batches of `test/golden/lessonSteps.py`, by the same integer hash and float64 arithmetic of
 * + - * / sqrt only, so that both sides hold the same bits.
 */

/** The finaliser of MurmurHash3 over a mix of two integers, as an unsigned 32-bit integer. */
function hash32(stream: number, index: number): number {
  let h = Math.imul(stream, 0x9e3779b1) ^ Math.imul(index, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** In [0, 1). */
function unit(stream: number, index: number): number {
  return hash32(stream, index) / 2 ** 32;
}

/** Uniform within 1/sqrt(fan in) for convolutions and linear layers; batch norm as it is. */
export function lessonWeights(
  state: readonly StateSpec[],
  initial: ReadonlyMap<string, TensorData>,
  weightStream: number,
): Map<string, TensorData> {
  const values = new Map(initial);
  const parameters = state.filter(({ trainable }) => trainable);
  for (const [stream, { name, shape }] of parameters.entries()) {
    if (/^conv\d\.1\./.test(name)) continue;
    const weight = parameters.find((spec) => spec.name === name.replace("bias", "weight"))!;
    const bound = 1 / Math.sqrt(weight.shape.slice(1).reduce((size, extent) => size * extent, 1));
    const size = shape.reduce((product, extent) => product * extent, 1);
    const data = Float32Array.from(
      { length: size },
      (_, i) => (unit(weightStream + stream, i) * 2 - 1) * bound,
    );
    values.set(name, tensorData("float32", shape, data));
  }
  return values;
}

/** Picture `number` of class `label`: five soft blobs, bright and dark, on a grainy ground, 256 grey levels scaled to [-1, 1]. */
function writePicture(target: Float32Array, offset: number, number: number, label: number): void {
  const down = unit(100, 2 * number) * 4 - 2;
  const right = unit(100, 2 * number + 1) * 4 - 2;
  const blobs = [0, 1, 2, 3, 4].map((blob) => {
    const place = label * 5 + blob;
    return {
      y: 7 + unit(101, 2 * place) * 14 + down + unit(102, 10 * number + 2 * blob) * 2 - 1,
      x: 7 + unit(101, 2 * place + 1) * 14 + right + unit(102, 10 * number + 2 * blob + 1) * 2 - 1,
      width: 4 + unit(103, place) * 4,
    };
  });
  for (let pixel = 0; pixel < 784; pixel++) {
    const row = Math.floor(pixel / 28);
    const column = pixel % 28;
    let light = 0;
    for (const [blob, { y, x, width }] of blobs.entries()) {
      const ratio = 1 + ((row - y) * (row - y) + (column - x) * (column - x)) / width;
      light = light + (blob % 2 === 0 ? 1.4 : -1.4) / (ratio * ratio);
    }
    const grain = unit(106, number * 784 + pixel);
    const value = Math.min(Math.max(light, -1), 1) * 0.35 + (grain * 2 - 1) * 0.65;
    target[offset + pixel] = Math.floor((value + 1) * 127.5) / 127.5 - 1;
  }
}

/** The pairs of a step, counted from 0: every second pair is of one class. */
export function lessonBatch(step: number, batch: number): Values {
  const anchor = new Float32Array(batch * 784);
  const contrastive = new Float32Array(batch * 784);
  const target = new Float32Array(batch);
  for (let row = 0; row < batch; row++) {
    const pair = step * batch + row;
    const label = hash32(104, pair) % 10;
    const alike = row % 2;
    const other = alike === 1 ? label : (label + 1 + (hash32(105, pair) % 9)) % 10;
    writePicture(anchor, row * 784, 2 * pair, label);
    writePicture(contrastive, row * 784, 2 * pair + 1, other);
    target[row] = alike;
  }
  return {
    "anchor.images": tensorData("float32", [batch, 1, 28, 28], anchor),
    "contrastive.images": tensorData("float32", [batch, 1, 28, 28], contrastive),
    target: tensorData("float32", [batch], target),
  };
}
