import type { MapFrame } from "./mapTypes.ts";

/** Points so far out as to be rarer than this do not decide how large the rest is drawn. */
const outliers = 0.003;
/** Points looked at to find out how large the cloud is. */
const mostLookedAt = 20_000;

/** The frame that holds a cloud of points but for its outliers. */
export function frameOf(positions: Float32Array, dims: 2 | 3, count: number): MapFrame {
  const stride = Math.max(1, Math.ceil(count / mostLookedAt));
  const looked = Math.ceil(count / stride);
  if (looked === 0) return { centre: [0, 0, 0], radius: 1 };
  const centre: [number, number, number] = [0, 0, 0];
  const low: number[] = [];
  const high: number[] = [];
  for (let axis = 0; axis < dims; axis++) {
    const values = new Float32Array(looked);
    for (let i = 0; i < looked; i++) values[i] = positions[i * stride * dims + axis]!;
    values.sort();
    low.push(values[Math.floor((looked - 1) * outliers)]!);
    high.push(values[Math.ceil((looked - 1) * (1 - outliers))]!);
    centre[axis] = (low[axis]! + high[axis]!) / 2;
  }
  const radius = Math.max(...low.map((value, axis) => (high[axis]! - value) / 2));
  return { centre, radius: radius > 0 && Number.isFinite(radius) ? radius : 1 };
}

/** `[count, 3]`, moved and scaled so that the frame's centre is the origin and its radius 1. */
export function framed(positions: Float32Array, dims: 2 | 3, count: number, frame: MapFrame): Float32Array {
  const places = new Float32Array(count * 3);
  const scale = 1 / frame.radius;
  for (let row = 0; row < count; row++) {
    for (let axis = 0; axis < dims; axis++) {
      places[row * 3 + axis] = (positions[row * dims + axis]! - frame.centre[axis]!) * scale;
    }
  }
  return places;
}

/** One place moved and scaled likewise. */
export function framedPlace(
  { x, y, z = 0 }: { readonly x: number; readonly y: number; readonly z?: number | undefined },
  dims: 2 | 3,
  { centre, radius }: MapFrame,
): [number, number, number] {
  return [(x - centre[0]) / radius, (y - centre[1]) / radius, dims === 3 ? (z - centre[2]) / radius : 0];
}

/** Places part of the way from some to others. */
export function between(from: Float32Array, to: Float32Array, part: number): Float32Array {
  if (part >= 1) return to;
  const places = new Float32Array(to.length);
  for (let i = 0; i < to.length; i++) places[i] = from[i]! + (to[i]! - from[i]!) * part;
  return places;
}
