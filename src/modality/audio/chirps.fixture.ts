import { Rng } from "../../base/index.ts";
import type { Sound } from "./sound.ts";

/** Ways of a pitch over time, from -1 to 1: up, down, and up and down again. */
const ways: readonly ((t: number) => number)[] = [
  (t) => 2 * t - 1,
  (t) => 1 - 2 * t,
  (t) => 1 - 4 * Math.abs(t - 0.5),
];

/** A "word" of one of three classes, as one of many voices says it: another pitch, length, timbre and place each time. */
export function spokenChirp(label: number, seed: number, sampleRate: number): Sound {
  const rng = Rng.of(seed, "chirp", label);
  const length = Math.round(rng.uniform(0.3, 0.45) * sampleRate);
  const middle = rng.uniform(300, 600);
  const overtone = rng.uniform(0.1, 0.6);
  const samples = new Float32Array(length);
  let phase = 0;
  for (let i = 0; i < length; i++) {
    const t = i / length;
    phase += (2 * Math.PI * middle * 2 ** (0.7 * ways[label]!(t))) / sampleRate;
    const loud = 0.3 * Math.sin(Math.PI * t);
    samples[i] = loud * (Math.sin(phase) + overtone * Math.sin(2 * phase)) + 0.003 * rng.normal();
  }
  return { sampleRate, samples };
}
