import type { Rng } from "../../base/index.ts";
import { fractionBits, largestBits, leastBits } from "./gradientTable.ts";
import type { ScheduledEdges } from "./layoutEdges.ts";
import { clip, type LayoutField, negativeSamples } from "./layoutField.ts";

/** Rounds of an epoch: the more, the less the pushes lag behind, and the more often threads wait for each other. */
export const roundsPerEpoch = 8;
/** Into how many tasks the pushes of a round are dealt. Never by the number of processors, on which the map would depend. */
const pushTasks = 12;
/** The pulls are one task, the first: whoever takes it is busy the longest. */
export const tasksPerRound = 1 + pushTasks;

/**
 * A layout of which several threads can run a round together: plain numbers, so that it can lie on memory they share.
 *
 * Pulls depend on each other: measured on 70,000 embeddings, maps in which threads pulled points at the same time, from
 * where others had been a moment ago, let classes cross. But pushes are five sixths of the arithmetic, and come from
 * points drawn at random, for which it matters little where exactly they are. So one task pulls, each move on top of the
 * one before, while others sum up the pushes, by where points were when the round began; then both are added.
 */
export interface RoundLayout extends ScheduledEdges {
  /** `[count, 2]`; moved by pulls within a round. */
  readonly positions: Float32Array;
  /** The positions when the round began. */
  readonly before: Float32Array;
  /** What the pushes of this round come to for the points of its edges, `[count, 2]`. */
  readonly pushes: Float32Array;
  /** The epoch of each edge's next push, `[edges]`. */
  readonly nextPush: Float32Array;
  /** The first edge of each task of pushes, of all rounds, and the end: each task has all edges of its heads. */
  readonly bounds: Uint32Array;
  /** State and odd increment of SplitMix32 for each task of pushes, `[2 * tasks]`. */
  readonly random: Int32Array;
}

export function roundLayout(scheduled: ScheduledEdges, positions: Float32Array, rng: Rng): RoundLayout {
  const tasks = roundsPerEpoch * pushTasks;
  return {
    ...scheduled,
    positions,
    before: positions.slice(),
    pushes: new Float32Array(positions.length),
    nextPush: scheduled.nextPull.slice(),
    bounds: equalWork(scheduled, tasks),
    random: Int32Array.from({ length: 2 * tasks }, (_, at) => (at % 2 ? rng.uint32() | 1 : rng.uint32())),
  };
}

/** Runs of edges with about the same number of pulls in an epoch. */
function equalWork({ heads, interval }: ScheduledEdges, tasks: number): Uint32Array {
  let total = 0;
  for (let edge = 0; edge < interval.length; edge++) total += 1 / interval[edge]!;
  const bounds = new Uint32Array(tasks + 1).fill(interval.length);
  bounds[0] = 0;
  let task = 1;
  let sum = 0;
  for (let edge = 0; edge < interval.length && task < tasks; edge++) {
    if (sum >= (total * task) / tasks && heads[edge] !== heads[edge - 1]) bounds[task++] = edge;
    sum += 1 / interval[edge]!;
  }
  return bounds;
}

/** Runs a task of a round, 0 to `tasksPerRound - 1`; the tasks of a round run in any order, or at once. */
export function runRoundTask(
  layout: RoundLayout,
  field: LayoutField,
  round: number,
  task: number,
  rate: number,
): void {
  const epoch = Math.floor(round / roundsPerEpoch);
  const first = (round % roundsPerEpoch) * pushTasks;
  const { bounds } = layout;
  if (task === 0) pullEdges(layout, field, bounds[first]!, bounds[first + pushTasks]!, epoch, rate);
  else pushHeads(layout, field, first + task - 1, epoch, rate);
}

/** Ends a round all of whose tasks are done. */
export function endRound({ heads, positions, before, pushes, bounds }: RoundLayout, round: number): void {
  const first = (round % roundsPerEpoch) * pushTasks;
  const [start, end] = [bounds[first]!, bounds[first + pushTasks]!];
  if (start < end) {
    const last = heads[end - 1]! * 2 + 1;
    for (let i = heads[start]! * 2; i <= last; i++) positions[i] = positions[i]! + pushes[i]!;
  }
  before.set(positions);
}

function pullEdges(
  { heads, tails, interval, nextPull, positions }: RoundLayout,
  { tables: { pull }, pullClipped }: LayoutField,
  start: number,
  end: number,
  epoch: number,
  rate: number,
): void {
  const floats = new Float32Array(1);
  const bits = new Int32Array(floats.buffer);
  const fraction = 1 / (1 << fractionBits);
  const mask = (1 << fractionBits) - 1;
  for (let edge = start; edge < end; edge++) {
    if (nextPull[edge]! > epoch) continue;
    nextPull[edge] = nextPull[edge]! + interval[edge]!;
    const head = heads[edge]! * 2;
    const tail = tails[edge]! * 2;
    const dx = positions[head]! - positions[tail]!;
    const dy = positions[head + 1]! - positions[tail + 1]!;
    floats[0] = dx * dx + dy * dy;
    const square = bits[0]!;
    const offset = Math.min(Math.max(square, leastBits), largestBits) - leastBits;
    const at = offset >> fractionBits;
    const low = pull[at]!;
    const strength = low + (pull[at + 1]! - low) * ((offset & mask) * fraction);
    let gx = strength * dx;
    let gy = strength * dy;
    if (square < pullClipped) {
      gx = Math.min(Math.max(gx, -clip), clip);
      gy = Math.min(Math.max(gy, -clip), clip);
    }
    gx *= rate;
    gy *= rate;
    positions[head] = positions[head]! + gx;
    positions[head + 1] = positions[head + 1]! + gy;
    positions[tail] = positions[tail]! - gx;
    positions[tail + 1] = positions[tail + 1]! - gy;
  }
}

/** As in `runEpoch`, all in one function on typed arrays. */
function pushHeads(
  { heads, interval, nextPush, before, pushes, bounds, random }: RoundLayout,
  { tables: { push }, pushClipped }: LayoutField,
  task: number,
  epoch: number,
  rate: number,
): void {
  const start = bounds[task]!;
  const end = bounds[task + 1]!;
  if (start === end) return;
  pushes.fill(0, heads[start]! * 2, heads[end - 1]! * 2 + 2);
  // One slot for each sample: none waits for the one before, as it does in `runEpoch`, which takes half as long again.
  const floats = new Float32Array(negativeSamples);
  const bits = new Int32Array(floats.buffer);
  const fraction = 1 / (1 << fractionBits);
  const mask = (1 << fractionBits) - 1;
  const candidates = before.length / 2 / 2 ** 32;
  let word = random[task * 2]! | 0;
  const increment = random[task * 2 + 1]! | 0;
  for (let edge = start; edge < end; edge++) {
    if (nextPush[edge]! > epoch) continue;
    nextPush[edge] = nextPush[edge]! + interval[edge]!;
    const head = heads[edge]! * 2;
    const x = before[head]!;
    const y = before[head + 1]!;
    let sumX = 0;
    let sumY = 0;
    for (let sample = 0; sample < negativeSamples; sample++) {
      word = (word + increment) | 0;
      let mixed = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
      mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
      mixed ^= mixed >>> 16;
      // Of the point itself the difference is 0, and so is the push.
      const other = (((mixed >>> 0) * candidates) | 0) * 2;
      const dx = x - before[other]!;
      const dy = y - before[other + 1]!;
      floats[sample] = dx * dx + dy * dy;
      const square = bits[sample]!;
      const offset = Math.min(Math.max(square, leastBits), largestBits) - leastBits;
      const at = offset >> fractionBits;
      const low = push[at]!;
      const strength = low + (push[at + 1]! - low) * ((offset & mask) * fraction);
      let gx = strength * dx;
      let gy = strength * dy;
      if (square < pushClipped) {
        gx = Math.min(Math.max(gx, -clip), clip);
        gy = Math.min(Math.max(gy, -clip), clip);
      }
      sumX += gx;
      sumY += gy;
    }
    pushes[head] = pushes[head]! + sumX * rate;
    pushes[head + 1] = pushes[head + 1]! + sumY * rate;
  }
  random[task * 2] = word;
}
