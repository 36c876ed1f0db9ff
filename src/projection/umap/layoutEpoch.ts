import type { Rng } from "../../base/index.ts";
import { fractionBits, largestBits, leastBits } from "./gradientTable.ts";
import type { ScheduledEdges } from "./layoutEdges.ts";
import { clip, type LayoutField, negativeSamples } from "./layoutField.ts";

/** A layout on one thread. */
export interface LiveLayout extends ScheduledEdges {
  /** `[count, 2]`. */
  readonly positions: Float32Array;
  /** The points that tails and samples are of, `[anchors, 2]`: the same, or others, which stay. */
  readonly others: Float32Array;
  /** The epoch of each edge's next push, `[edges]`. */
  readonly nextPush: Float32Array;
  /** xorshift128, `[4]`. */
  readonly random: Int32Array;
}

export function liveLayout(
  scheduled: ScheduledEdges,
  positions: Float32Array,
  others: Float32Array,
  rng: Rng,
): LiveLayout {
  return {
    ...scheduled,
    positions,
    others,
    nextPush: scheduled.interval.map((interval) => interval / negativeSamples),
    // The low bit keeps xorshift from a state of zeros, which it would never leave.
    random: Int32Array.of(rng.uint32(), rng.uint32(), rng.uint32(), rng.uint32() | 1),
  };
}

/**
 * One epoch, each move on top of the one before. All in one function on typed arrays, with its generator's state in local variables, because calls and
 * fields in the inner loop would be most of the time.
 */
export function runEpoch(layout: LiveLayout, field: LayoutField, epoch: number, rate: number): void {
  const { heads, tails, interval, positions, others, nextPull, nextPush, random } = layout;
  const { pull, push } = field.tables;
  const moveOthers = others === positions;
  const float = new Float32Array(1);
  const bits = new Int32Array(float.buffer);
  const fraction = 1 / (1 << fractionBits);
  const mask = (1 << fractionBits) - 1;
  const candidates = others.length / 2 / 2 ** 32;
  let s0 = random[0]! | 0;
  let s1 = random[1]! | 0;
  let s2 = random[2]! | 0;
  let s3 = random[3]! | 0;
  for (let edge = 0; edge < interval.length; edge++) {
    if (nextPull[edge]! > epoch) continue;
    const every = interval[edge]!;
    nextPull[edge] = nextPull[edge]! + every;
    const head = heads[edge]! * 2;
    const tail = tails[edge]! * 2;
    let x = positions[head]!;
    let y = positions[head + 1]!;
    let dx = x - others[tail]!;
    let dy = y - others[tail + 1]!;
    float[0] = dx * dx + dy * dy;
    let offset = Math.min(Math.max(bits[0]!, leastBits), largestBits) - leastBits;
    let at = offset >> fractionBits;
    let low = pull[at]!;
    let strength = low + (pull[at + 1]! - low) * ((offset & mask) * fraction);
    let gx = Math.min(Math.max(strength * dx, -clip), clip) * rate;
    let gy = Math.min(Math.max(strength * dy, -clip), clip) * rate;
    x += gx;
    y += gy;
    if (moveOthers) {
      others[tail] = others[tail]! - gx;
      others[tail + 1] = others[tail + 1]! - gy;
    }
    const pushEvery = every / negativeSamples;
    const pushes = ((epoch - nextPush[edge]!) / pushEvery) | 0;
    for (let sample = 0; sample < pushes; sample++) {
      const mixed = s0 ^ (s0 << 11);
      s0 = s1;
      s1 = s2;
      s2 = s3;
      s3 = s3 ^ (s3 >>> 19) ^ mixed ^ (mixed >>> 8);
      const other = (((s3 >>> 0) * candidates) | 0) * 2;
      // Of the point itself, and of one at the very same place, the difference is 0, and so is the push.
      dx = x - others[other]!;
      dy = y - others[other + 1]!;
      if (moveOthers && other === head) continue;
      float[0] = dx * dx + dy * dy;
      offset = Math.min(Math.max(bits[0]!, leastBits), largestBits) - leastBits;
      at = offset >> fractionBits;
      low = push[at]!;
      strength = low + (push[at + 1]! - low) * ((offset & mask) * fraction);
      gx = Math.min(Math.max(strength * dx, -clip), clip) * rate;
      gy = Math.min(Math.max(strength * dy, -clip), clip) * rate;
      x += gx;
      y += gy;
    }
    nextPush[edge] = nextPush[edge]! + pushes * pushEvery;
    positions[head] = x;
    positions[head + 1] = y;
  }
  random[0] = s0;
  random[1] = s1;
  random[2] = s2;
  random[3] = s3;
}
