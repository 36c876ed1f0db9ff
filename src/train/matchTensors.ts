import { type DType, formatShape, InputError, type Shape, sameShape } from "../base/index.ts";

/** What a tensor must look like; a `TensorData` is one. */
export interface TensorLike {
  readonly dtype: DType;
  readonly shape: Shape;
}

/**
 * Checks that a checkpoint holds exactly the expected tensors: each name, shape and element type, and no other
 * (what PyTorch calls a strict load).
 *
 * @param fileName for messages.
 * @throws InputError in one line, naming the first tensor that differs and both shapes, or the missing and the
 * unexpected name.
 */
export function matchTensors(
  expected: ReadonlyMap<string, TensorLike>,
  received: ReadonlyMap<string, TensorLike>,
  fileName: string,
): void {
  const missing = [...expected.keys()].filter((name) => !received.has(name));
  const unexpected = [...received.keys()].filter((name) => !expected.has(name));
  if (missing.length > 0) {
    const shape = formatShape(expected.get(missing[0]!)!.shape);
    const instead =
      unexpected.length > 0 ? `it holds ${list(unexpected)} instead` : `it holds ${received.size} tensors`;
    throw new InputError(
      `${fileName}: tensor ${list(missing)} is missing, expected shape ${shape}; ${instead}: it belongs to another encoder`,
    );
  }
  if (unexpected.length > 0) {
    const shape = formatShape(received.get(unexpected[0]!)!.shape);
    throw new InputError(
      `${fileName}: tensor ${list(unexpected)} of shape ${shape} is not part of this encoder, expected only its ${expected.size} tensors`,
    );
  }
  for (const [name, { shape, dtype }] of expected) {
    const other = received.get(name)!;
    const where = `${fileName}: tensor ${JSON.stringify(name)}`;
    if (!sameShape(other.shape, shape)) {
      throw new InputError(
        `${where} has shape ${formatShape(other.shape)}, expected ${formatShape(shape)}: the checkpoint belongs to an encoder of another size`,
      );
    }
    if (other.dtype !== dtype) throw new InputError(`${where} is ${other.dtype}, expected ${dtype}`);
  }
}

const list = (names: readonly string[]): string =>
  `${JSON.stringify(names[0])}${names.length > 1 ? ` (and ${names.length - 1} more)` : ""}`;
