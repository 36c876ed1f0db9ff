import { existsSync } from "node:fs";
import { InputError, quote } from "../../../base/index.ts";
import { readFileOrExplain } from "./files.ts";

/**
 * The numbers of a `.npy` file of float32, version 1.0, little-endian, rows first.
 *
 * @param name what messages call the file
 * @throws InputError when it is cut off, of another type, or not of the expected shape.
 * @see https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */
export function readFloatNpy(bytes: Uint8Array, shape: readonly number[], name: string): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const magic = "\x93NUMPY\x01\x00";
  if (bytes.length < 10 || String.fromCharCode(...bytes.subarray(0, 8)) !== magic) {
    throw new InputError(`${name}: is no .npy file of version 1.0, expected float32 ${shape.join(" x ")}`);
  }
  const start = 10 + view.getUint16(8, true);
  // As NumPy writes it, it is far shorter; what is longer holds nothing that is looked for.
  const header = new TextDecoder("latin1").decode(bytes.subarray(10, Math.min(start, 10 + 512)));
  const descr = /'descr': *'([^']*)'/.exec(header)?.[1];
  const order = /'fortran_order': *(\w+)/.exec(header)?.[1];
  const found = /'shape': *\(([^)]*)\)/.exec(header)?.[1]?.match(/\d+/g)?.map(Number) ?? [];
  if (descr !== "<f4" || order !== "False" || found.join() !== shape.join()) {
    throw new InputError(
      `${name}: holds ${descr === undefined ? "values of no type" : quote(descr)} of shape ${found.slice(0, 8).join(" x ")}${order === "True" ? ", columns first" : ""}, expected <f4 of shape ${shape.join(" x ")}, rows first`,
    );
  }
  const count = shape.reduce((product, extent) => product * extent, 1);
  if (bytes.length !== start + count * 4) {
    throw new InputError(
      `${name}: holds ${bytes.length - start} bytes of numbers, expected ${count * 4}: it is damaged`,
    );
  }
  return Float32Array.from({ length: count }, (_, i) => view.getFloat32(start + i * 4, true));
}

/** The numbers of a cached `.npy` file; null where there is none, or it is damaged, which costs only the time to make it again. */
export async function keptFloatNpy(file: string, shape: readonly number[]): Promise<Float32Array | null> {
  if (!existsSync(file)) return null;
  try {
    return readFloatNpy(await readFileOrExplain(file), shape, file);
  } catch (error) {
    if (error instanceof InputError) return null;
    throw error;
  }
}
