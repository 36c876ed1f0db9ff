import { describe, expect, it } from "vitest";
import golden from "../../../test/golden/audio.json" with { type: "json" };
import { Rng } from "../../base/index.ts";
import { joined, Resampler, resample } from "./resample.ts";

const tone = (frequency: number, rate: number, count: number): Float32Array =>
  Float32Array.from({ length: count }, (_, i) => Math.sin((2 * Math.PI * frequency * i) / rate));

/** Root mean square, without the ends, where sound begins and ends at once. */
function level(samples: Float32Array, edge: number): number {
  const inner = samples.subarray(edge, samples.length - edge);
  return Math.sqrt(inner.reduce((sum, value) => sum + value * value, 0) / inner.length);
}

describe("resampling", () => {
  it.each(golden.resampled)(
    "from $from to $to Hz is scipy's polyphase filter",
    ({ from, to, input, output }) => {
      const received = resample(Float32Array.from(input), from, to);
      expect(received).toHaveLength(output.length);
      for (const [i, value] of output.entries()) expect(Math.abs(received[i]! - value)).toBeLessThan(2e-4);
    },
  );

  it.each([
    [44_100, 16_000],
    [48_000, 8000],
    [8000, 16_000],
    [44_100, 48_000],
    [22_049, 16_000],
  ])("from %i to %i Hz keeps a tone's pitch, level and place, and lets nothing above through", (from, to) => {
    const low = resample(tone(440, from, from / 4), from, to);
    const expected = tone(440, to, low.length);
    const edge = Math.ceil(to / 50);
    const error = level(
      low.map((value, i) => value - expected[i]!),
      edge,
    );
    expect(error).toBeLessThan(2e-4);
    if (from < to) return;
    // What would come back as an alias is 70 dB down.
    const high = resample(tone(to / 2 + 300, from, from / 4), from, to);
    expect(level(high, edge)).toBeLessThan(10 ** (-70 / 20));
  });

  it("is the same in parts of any length", () => {
    const rng = Rng.of(3, "parts");
    const sound = rng.fillUniform(new Float32Array(5000), -1, 1);
    const whole = resample(sound, 44_100, 16_000);
    const resampler = new Resampler(44_100, 16_000);
    const parts: Float32Array[] = [];
    for (let at = 0; at < sound.length; ) {
      const next = Math.min(sound.length, at + rng.int(700));
      parts.push(resampler.push(sound.slice(at, next)));
      at = next;
    }
    expect(joined([...parts, resampler.end()])).toEqual(whole);
    expect(whole).toHaveLength(Math.ceil((5000 * 16_000) / 44_100));
  });

  it("leaves sound of the same rate as it is, and refuses a rate of 0", () => {
    const sound = tone(440, 8000, 100);
    expect(resample(sound, 8000, 8000)).toEqual(sound);
    expect(resample(new Float32Array(0), 8000, 16_000)).toHaveLength(0);
    expect(() => new Resampler(0, 8000)).toThrow("a rate of 0 cannot be used");
  });
});
