import { InputError, type TensorData, tensorData } from "../../base/index.ts";
import { listed } from "../../base/listed.ts";
import { matchTensors, type TensorLike } from "../../train/matchTensors.ts";

/** Weights under an encoder's own names, and what was done to the file's for that. */
export interface FittedWeights {
  readonly weights: Map<string, TensorData>;
  /** In plain words, a sentence each. */
  readonly notes: readonly string[];
}

/** PyTorch's count of batches, which nothing computes with; exports leave it out. */
const batchCount = "num_batches_tracked";

/**
 * The weights of an encoder from a file that may hold them otherwise: under a prefix that all names share (`module.`,
 * `_orig_mod.`, `encoder.`, also several), beside a classifier or another head, or without counts of batches.
 *
 * @param fileName for messages.
 * @throws InputError naming the tensor when one is missing, of another shape or has a value that is no finite number; when
 * further tensors belong to an encoder of more layers; or when the file holds the encoder twice.
 */
export function fittedWeights(
  expected: ReadonlyMap<string, TensorLike>,
  received: ReadonlyMap<string, TensorData>,
  fileName: string,
): FittedWeights {
  const prefix = prefixOf(expected, received, fileName);
  const weights = new Map<string, TensorData>();
  const others: string[] = [];
  for (const [name, tensor] of received) {
    const own = name.startsWith(prefix) ? name.slice(prefix.length) : null;
    if (own !== null && expected.has(own)) weights.set(own, tensor);
    else others.push(name);
  }
  const counts = [...expected].filter(([name]) => isCount(name) && !weights.has(name));
  const inside = new Set([...expected.keys()].map(rootOf));
  const deeper = others.filter(
    (name) => name.startsWith(prefix) && inside.has(rootOf(name.slice(prefix.length))),
  );
  // Strict where the file is of another encoder: it names what is missing, or what is too much.
  if (deeper.length > 0 || weights.size + counts.length < expected.size) {
    matchTensors(expected, renamed(received, prefix), fileName);
  }
  for (const [name, { dtype, shape }] of counts) weights.set(name, tensorData(dtype, shape, [0]));
  matchTensors(expected, weights, fileName);
  for (const [name, tensor] of weights) requireFinite(name, tensor, fileName);
  return { weights: inOrder(expected, weights), notes: notesOf(fileName, prefix, others, counts.length) };
}

function isCount(name: string): boolean {
  return name === batchCount || name.endsWith(`.${batchCount}`);
}

function rootOf(name: string): string {
  return name.split(".", 1)[0]!;
}

/** What stands before each of the encoder's names in the file: nothing, or what was around the encoder when it was saved. */
function prefixOf(
  expected: ReadonlyMap<string, TensorLike>,
  received: ReadonlyMap<string, TensorLike>,
  fileName: string,
): string {
  const needed = [...expected.keys()].filter((name) => !isCount(name));
  if (needed.every((name) => received.has(name))) return "";
  /** How many of the encoder's names stand behind each prefix. */
  const found = new Map([["", needed.filter((name) => received.has(name)).length]]);
  for (const name of needed) {
    for (const other of received.keys()) {
      if (!other.endsWith(`.${name}`)) continue;
      const prefix = other.slice(0, -name.length);
      found.set(prefix, (found.get(prefix) ?? 0) + 1);
    }
  }
  const prefixes = [...found].sort(([, a], [, b]) => b - a).map(([prefix]) => prefix);
  const whole = prefixes.filter((prefix) => found.get(prefix) === needed.length);
  if (whole.length > 1) {
    throw new InputError(
      `${fileName}: holds this encoder ${whole.length} times, under ${whole.map((prefix) => JSON.stringify(prefix)).join(" and ")}: save the one that is meant, torch.save(model.state_dict(), path)`,
    );
  }
  // Where one fits in part, what is missing is named without it.
  return prefixes[0] ?? "";
}

function renamed(received: ReadonlyMap<string, TensorData>, prefix: string): ReadonlyMap<string, TensorData> {
  return new Map(
    [...received].map(([name, tensor]) => [
      name.startsWith(prefix) ? name.slice(prefix.length) : name,
      tensor,
    ]),
  );
}

function requireFinite(name: string, { dtype, data }: TensorData, fileName: string): void {
  if (dtype !== "float32") return;
  const values = data as Float32Array;
  const at = values.findIndex((value) => !Number.isFinite(value));
  if (at < 0) return;
  throw new InputError(
    `${fileName}: tensor ${JSON.stringify(name)} holds ${values[at]} (value ${at} of ${values.length}), expected finite numbers: the training that it is from went astray, so take an earlier checkpoint`,
  );
}

function inOrder<T>(expected: ReadonlyMap<string, unknown>, values: ReadonlyMap<string, T>): Map<string, T> {
  return new Map([...expected.keys()].map((name) => [name, values.get(name)!]));
}

function notesOf(fileName: string, prefix: string, others: readonly string[], counts: number): string[] {
  const notes: string[] = [];
  if (prefix !== "")
    notes.push(`${fileName}: the prefix ${JSON.stringify(prefix)} of its names was taken off`);
  if (others.length > 0) {
    const named = others.map((name) => JSON.stringify(name));
    notes.push(
      `${fileName}: ${others.length === 1 ? "a tensor" : `${others.length} tensors`} beside the encoder passed over: ${listed(named, 3)}`,
    );
  }
  if (counts > 0) notes.push(`${fileName}: has no ${batchCount}: counted from 0`);
  return notes;
}
