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
/** Points whose edges lie together, in turn. */
const blockPoints = 8;
/** Edges among which those due are looked for at once. */
const edgesAtOnce = 1024;

/**
 * A layout of which several threads can run a round together: plain numbers, so that it can lie on memory they share.
 *
 * Pulls depend on each other: measured on 70,000 embeddings, maps in which threads pulled points at the same time, from
 * where others had been a moment ago, let classes cross. But pushes are five sixths of the arithmetic, and come from
 * points drawn at random, for which it matters little where exactly they are. So one task pulls, each move on top of the
 * one before, while others sum up the pushes, by where points were when the round began; then both are added.
 *
 * Points lie here in a random order, so that any run of them is a random draw: a point's negative samples are a run from
 * a random start, which is read from memory in order and costs one random number for all of them.
 */
export interface RoundLayout {
  /** The point of the plan at each place, `[count]`; heads, tails and all else here are by place. */
  readonly order: Uint32Array;
  /** `[count, 2]`; moved by pulls within a round. */
  readonly positions: Float32Array;
  /** The positions when the round began. */
  readonly before: Float32Array;
  /** What the pushes of this round come to for its points, `[count, 2]`. */
  readonly pushes: Float32Array;
  /** Twice the place of each edge's head, `[edges]`. */
  readonly heads: Uint32Array;
  /** Twice the place of each edge's tail, `[edges]`. */
  readonly tails: Uint32Array;
  /** Pulls of each edge in an epoch, up to 1, `[edges]`. */
  readonly pulls: Float32Array;
  /** The first edge of each block of places, and the end, `[blocks + 1]`. */
  readonly blocks: Uint32Array;
  /** Of the starts of negative samples. */
  readonly seed: number;
}

/** @param edges by ascending head */
export function roundLayout(edges: ScheduledEdges, positions: Float32Array, rng: Rng): RoundLayout {
  const order = rng.permutation(positions.length / 2);
  const placed = new Float32Array(positions.length);
  order.forEach((point, place) => {
    placed[place * 2] = positions[point * 2]!;
    placed[place * 2 + 1] = positions[point * 2 + 1]!;
  });
  return {
    order,
    positions: placed,
    before: placed.slice(),
    pushes: new Float32Array(placed.length),
    ...edgesByBlock(edges, order),
    seed: rng.uint32(),
  };
}

/**
 * The edges of each block of points: of each point the first, then of each the second, and so on. Pulls of one point,
 * one after another, would each wait for the one before.
 */
function edgesByBlock(
  { heads, tails, interval }: ScheduledEdges,
  order: Uint32Array,
): Pick<RoundLayout, "heads" | "tails" | "pulls" | "blocks"> {
  const count = order.length;
  const places = new Uint32Array(count);
  const starts = new Uint32Array(count + 1);
  for (let place = 0; place < count; place++) places[order[place]!] = place;
  for (let edge = 0; edge < heads.length; edge++) starts[heads[edge]! + 1]!++;
  for (let point = 0; point < count; point++) starts[point + 1]! += starts[point]!;
  const sorted = {
    heads: new Uint32Array(heads.length),
    tails: new Uint32Array(heads.length),
    pulls: new Float32Array(heads.length),
    blocks: new Uint32Array(Math.ceil(count / blockPoints) + 1),
  };
  let to = 0;
  for (let block = 0; block + 1 < sorted.blocks.length; block++) {
    const first = block * blockPoints;
    const last = Math.min(first + blockPoints, count);
    for (let rank = 0, left = true; left; rank++) {
      left = false;
      for (let place = first; place < last; place++) {
        const edge = starts[order[place]!]! + rank;
        if (edge >= starts[order[place]! + 1]!) continue;
        left = true;
        sorted.heads[to] = place * 2;
        sorted.tails[to] = places[tails[edge]!]! * 2;
        sorted.pulls[to++] = 1 / interval[edge]!;
      }
    }
    sorted.blocks[block + 1] = to;
  }
  return sorted;
}

/** Where a part of the blocks begins, of parts as equal as can be. */
function firstBlock({ blocks }: Pick<RoundLayout, "blocks">, part: number, parts: number): number {
  return Math.floor((part * (blocks.length - 1)) / parts);
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
  const part = round % roundsPerEpoch;
  if (task === 0) pullEdges(layout, field, part, epoch, rate);
  else pushPoints(layout, field, part * pushTasks + task - 1, epoch, rate);
}

/** Ends a round all of whose tasks are done. */
export function endRound(layout: RoundLayout, round: number): void {
  const { positions, before, pushes } = layout;
  const part = round % roundsPerEpoch;
  const width = blockPoints * 2;
  const end = Math.min(firstBlock(layout, part + 1, roundsPerEpoch) * width, positions.length);
  for (let i = firstBlock(layout, part, roundsPerEpoch) * width; i < end; i++) {
    positions[i] = positions[i]! + pushes[i]!;
  }
  before.set(positions);
}

/** Writes where the points are to `target`, in the order of the plan. */
export function readPositions({ order, positions }: RoundLayout, target: Float32Array): void {
  for (let place = 0; place < order.length; place++) {
    const point = order[place]!;
    target[point * 2] = positions[place * 2]!;
    target[point * 2 + 1] = positions[place * 2 + 1]!;
  }
}

/** As in `runEpoch`, all in one function on typed arrays. */
function pullEdges(
  layout: RoundLayout,
  { tables: { pull }, pullClipped }: LayoutField,
  part: number,
  epoch: number,
  rate: number,
): void {
  const { heads, tails, pulls, blocks, positions } = layout;
  const end = blocks[firstBlock(layout, part + 1, roundsPerEpoch)]!;
  // One slot for each of eight edges: with one for all, each would wait for the one before.
  const floats = new Float32Array(8);
  const bits = new Int32Array(floats.buffer);
  const fraction = 1 / (1 << fractionBits);
  const mask = (1 << fractionBits) - 1;
  const due = new Uint32Array(edgesAtOnce);
  const former = Math.max(0, epoch - 1);
  for (let from = blocks[firstBlock(layout, part, roundsPerEpoch)]!; from < end; from += edgesAtOnce) {
    const to = Math.min(from + edgesAtOnce, end);
    // First those due, without a branch, which no processor could foretell.
    let many = 0;
    for (let edge = from; edge < to; edge++) {
      due[many] = edge;
      const often = pulls[edge]!;
      many += ((often * epoch) | 0) - ((often * former) | 0);
    }
    for (let i = 0; i < many; i++) {
      const edge = due[i]!;
      const head = heads[edge]!;
      const tail = tails[edge]!;
      const x = positions[head]!;
      const y = positions[head + 1]!;
      const tailX = positions[tail]!;
      const tailY = positions[tail + 1]!;
      const dx = x - tailX;
      const dy = y - tailY;
      floats[i & 7] = dx * dx + dy * dy;
      const square = bits[i & 7]!;
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
      positions[head] = x + gx;
      positions[head + 1] = y + gy;
      positions[tail] = tailX - gx;
      positions[tail + 1] = tailY - gy;
    }
  }
}

/**
 * As often as the points' edges are due in this very epoch, not just as often on average: in the first epochs, where
 * only the heaviest are, pushes alone would throw points far out of the map.
 */
function pushPoints(
  layout: RoundLayout,
  { tables: { push }, pushClipped }: LayoutField,
  part: number,
  epoch: number,
  rate: number,
): void {
  const { heads, pulls, blocks, before, pushes, seed } = layout;
  const length = before.length;
  const end = firstBlock(layout, part + 1, roundsPerEpoch * pushTasks);
  const floats = new Float32Array(8);
  const bits = new Int32Array(floats.buffer);
  const fraction = 1 / (1 << fractionBits);
  const mask = (1 << fractionBits) - 1;
  const due = new Int32Array(blockPoints);
  const former = Math.max(0, epoch - 1);
  const stream = mix32(seed ^ mix32(epoch));
  const candidates = length / 2 / 2 ** 32;
  for (let block = firstBlock(layout, part, roundsPerEpoch * pushTasks); block < end; block++) {
    const first = block * blockPoints * 2;
    const last = Math.min(first + blockPoints * 2, length);
    due.fill(0);
    for (let edge = blocks[block]!; edge < blocks[block + 1]!; edge++) {
      const often = pulls[edge]!;
      const head = (heads[edge]! - first) >> 1;
      due[head] = (due[head]! + ((often * epoch) | 0) - ((often * former) | 0)) | 0;
    }
    for (let at = first; at < last; at += 2) {
      const many = due[(at - first) >> 1]! * negativeSamples;
      const x = before[at]!;
      const y = before[at + 1]!;
      let other = Math.floor((mix32(stream + at) >>> 0) * candidates) * 2;
      let sumX = 0;
      let sumY = 0;
      for (let sample = 0; sample < many; sample++) {
        // Of the point itself the difference is 0, and so is the push.
        const dx = x - before[other]!;
        const dy = y - before[other + 1]!;
        other += 2;
        if (other === length) other = 0;
        floats[sample & 7] = dx * dx + dy * dy;
        const square = bits[sample & 7]!;
        const offset = Math.min(Math.max(square, leastBits), largestBits) - leastBits;
        const index = offset >> fractionBits;
        const low = push[index]!;
        const strength = low + (push[index + 1]! - low) * ((offset & mask) * fraction);
        let gx = strength * dx;
        let gy = strength * dy;
        if (square < pushClipped) {
          gx = Math.min(Math.max(gx, -clip), clip);
          gy = Math.min(Math.max(gy, -clip), clip);
        }
        sumX += gx;
        sumY += gy;
      }
      pushes[at] = sumX * rate;
      pushes[at + 1] = sumY * rate;
    }
  }
}

/** The finaliser of MurmurHash3: each bit of the input changes half of the output's. */
function mix32(value: number): number {
  let mixed = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
