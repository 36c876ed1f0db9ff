import { Rng, RuntimeError, sizeOf, type TensorData } from "../../../base/index.ts";
import { buildGraph, input } from "../../../graph/index.ts";
import { blockedConvolution, type Lowering } from "../../../onnx/index.ts";
import { conv2d, convTranspose2d } from "../../../ops/index.ts";
import type { Values } from "../../../runtime/index.ts";
import type { OrtRuntime } from "./ortRuntime.ts";

/** Greatest difference that rounding in another order explains, for sums of 32 x 9 products of values up to 1. */
const tolerance = 1e-3;

/**
 * The lowering to blocked convolutions with the block size that this processor uses, or none where the operators
 * are missing or give other values: they are internal to ONNX Runtime and may change with it.
 */
export async function probeBlockedConvolution(runtime: OrtRuntime): Promise<Lowering> {
  const plain = runtime.lowering;
  const expected = await convolve(runtime);
  for (const block of [16, 8]) {
    runtime.lowering = blockedConvolution(block);
    const agrees = await convolve(runtime).then(
      (received) => sameValues(expected, received),
      (error: unknown) => {
        if (error instanceof RuntimeError) return false;
        throw error;
      },
    );
    if (agrees) return runtime.lowering;
  }
  runtime.lowering = plain;
  return plain;
}

async function convolve(runtime: OrtRuntime): Promise<Values> {
  const x = input("x", [6, 32, 13, 15]);
  const weight = input("weight", [32, 32, 3, 3]);
  const picture = input("picture", [6, 1, 13, 15]);
  const first = input("first", [32, 1, 3, 3]);
  const program = await runtime.compile(
    buildGraph({
      name: "probe of blocked convolution",
      outputs: {
        forward: conv2d(x, weight, null, { padding: 1 }),
        strided: conv2d(x, weight, null, { stride: 2 }),
        transposed: convTranspose2d(x, weight, null, { padding: 1 }),
        edged: conv2d(x, weight, null, { padding: 2 }),
        "first layer": conv2d(picture, first, null, { padding: 1 }),
      },
    }),
  );
  const rng = Rng.of(0, "blocked convolution probe");
  const draw = (shape: readonly number[]): TensorData => ({
    dtype: "float32",
    shape,
    data: rng.fillUniform(new Float32Array(sizeOf(shape)), -1, 1),
  });
  try {
    return await program.run({
      x: draw(x.shape),
      weight: draw(weight.shape),
      picture: draw(picture.shape),
      first: draw(first.shape),
    });
  } finally {
    await program.dispose();
  }
}

function sameValues(expected: Values, received: Values): boolean {
  return Object.entries(expected).every(([name, { data }]) => {
    const other = received[name]!.data;
    return data.every(
      (value: number | bigint, i: number) => Math.abs(Number(value) - Number(other[i])) <= tolerance,
    );
  });
}
