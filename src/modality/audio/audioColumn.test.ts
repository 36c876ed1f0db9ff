import { describe, expect, it } from "vitest";
import { InputError, Rng } from "../../base/index.ts";
import { AudioColumn } from "./audioColumn.ts";
import { compactSound, downMix, type Sound } from "./sound.ts";
import { WavReader } from "./wav.ts";
import { windowsOf, windowsOfParts } from "./windows.ts";

const options = { sampleRate: 8000, seconds: 0.1 };
const still = { shift: 0, stretch: 0, gain: 0, noise: null };
const ramp = (length: number, scale = 1): Sound => ({
  sampleRate: 8000,
  samples: Float32Array.from({ length }, (_, i) => (scale * (i + 1)) / 1024),
});
const waveforms = async (column: AudioColumn, rows: number[]): Promise<Float32Array> => {
  const { waveform } = await column.gather(Uint32Array.from(rows));
  expect(waveform!.shape).toEqual([rows.length, 800]);
  return waveform!.data as Float32Array;
};

describe("a column of recordings", () => {
  it("gives a row's first recording in the middle of the window, and the middle of a longer one", async () => {
    const column = new AudioColumn("words", [[ramp(400), ramp(10)], [], [ramp(1000)]], options);
    expect([0, 1, 2, 3].map((row) => column.has(row))).toEqual([true, false, true, false]);
    const data = await waveforms(column, [2, 0]);
    expect(data.slice(0, 800)).toEqual(ramp(1000).samples.slice(100, 900));
    expect(data.slice(800, 1000).every((value) => value === 0)).toBe(true);
    expect(data.slice(1000, 1400)).toEqual(ramp(400).samples);
    expect(data.slice(1400).every((value) => value === 0)).toBe(true);
    await expect(column.gather(Uint32Array.of(1))).rejects.toThrow("row 1 of words has no recording 0");
  });

  it("keeps recordings in 16 bits, and reads those that are not in memory when they are needed", async () => {
    let read = 0;
    const lazy = async (): Promise<Sound> => {
      read++;
      return ramp(500);
    };
    const column = new AudioColumn("words", [[compactSound(ramp(500))], [lazy]], options);
    expect(read).toBe(0);
    const data = await waveforms(column, [0, 1]);
    // Of which 1/1024 holds each exactly.
    expect(data.slice(0, 800)).toEqual(data.slice(800));
    expect(read).toBe(1);
  });

  it("varies by seed, epoch and batch, the same each time, and draws each of a row's recordings", async () => {
    const column = new AudioColumn("words", [[ramp(300, 0.5), ramp(300, -0.5)]], options);
    const varied = async (seed: number, epoch: number, batch: number): Promise<Float32Array> => {
      const { waveform } = await column.vary(column, seed).gather(new Uint32Array(16), epoch, batch);
      return waveform!.data as Float32Array;
    };
    const first = await varied(1, 2, 3);
    expect(await varied(1, 2, 3)).toEqual(first);
    for (const other of [await varied(2, 2, 3), await varied(1, 3, 3), await varied(1, 2, 4)])
      expect(other).not.toEqual(first);
    const signs = Array.from({ length: 16 }, (_, row) => {
      const sum = first.slice(row * 800, (row + 1) * 800).reduce((total, value) => total + value, 0);
      return Math.sign(sum);
    });
    expect(new Set(signs)).toEqual(new Set([1, -1]));
  });

  it("moves, stretches, scales and adds noise within what was asked for", async () => {
    const tone: Sound = {
      sampleRate: 8000,
      samples: Float32Array.from({ length: 400 }, (_, i) => Math.sin((2 * Math.PI * 500 * i) / 8000)),
    };
    const vary = async (variation: object): Promise<Float32Array[]> => {
      const column = new AudioColumn("tones", [[tone]], {
        ...options,
        variation: { ...still, ...variation },
      });
      const { waveform } = await column.vary(column, 5).gather(new Uint32Array(12), 1, 1);
      return Array.from({ length: 12 }, (_, i) =>
        (waveform!.data as Float32Array).slice(i * 800, (i + 1) * 800),
      );
    };
    const power = (samples: Float32Array): number => samples.reduce((sum, value) => sum + value * value, 0);
    const spans = (rows: Float32Array[]) =>
      rows.map(
        (row) => [row.findIndex((value) => value !== 0), row.findLastIndex((value) => value !== 0)] as const,
      );

    const [plain] = await vary({});
    expect(plain!.slice(200, 600)).toEqual(tone.samples);
    for (const [first, last] of spans(await vary({ shift: 0.01 }))) {
      expect(first).toBeGreaterThanOrEqual(120);
      expect(last).toBeLessThanOrEqual(680);
    }
    const lengths = spans(await vary({ stretch: 0.2 })).map(([first, last]) => last - first);
    expect(Math.min(...lengths)).toBeGreaterThan(400 / 1.2 - 10);
    expect(Math.max(...lengths)).toBeLessThan(400 / 0.8 + 10);
    expect(Math.max(...lengths) - Math.min(...lengths)).toBeGreaterThan(50);
    for (const row of await vary({ gain: 6 })) {
      expect(Math.abs(10 * Math.log10(power(row) / power(tone.samples as Float32Array)))).toBeLessThanOrEqual(
        6.01,
      );
    }
    for (const row of await vary({ noise: [20, 20] })) {
      const noise = row.map((value, i) => value - plain![i]!);
      // Of the sound's own length, half of the window.
      const ratio = power(tone.samples as Float32Array) / (power(noise) / 2);
      expect(Math.abs(10 * Math.log10(ratio) - 20)).toBeLessThan(1);
    }
    expect(() => new AudioColumn("tones", [], { ...options, variation: { stretch: 1 } })).toThrow(InputError);
  });

  it("refuses a recording of another rate, in memory or read later", async () => {
    const other = { ...ramp(100), sampleRate: 44_100 };
    const message = "the recording of row 0 of words has 44100 samples a second, expected 8000: resample it";
    expect(() => new AudioColumn("words", [[other]], options)).toThrow(message);
    await expect(
      new AudioColumn("words", [[() => other]], options).gather(Uint32Array.of(0)),
    ).rejects.toThrow(message);
  });

  it("shows a row as a clip that can be played, and names its content", async () => {
    const long: Sound = { sampleRate: 44_100, samples: new Float32Array(5 * 44_100).fill(0.25) };
    const column = new AudioColumn("words", [[long]], { sampleRate: 44_100, seconds: 1 });
    const { mediaType, bytes } = await column.preview(0);
    expect(mediaType).toBe("audio/wav");
    const { sampleRate, channels } = new WavReader("clip").push(bytes)!;
    expect(sampleRate).toBe(16_000);
    expect(channels).toHaveLength(1);
    expect(channels[0]).toHaveLength(48_000);
    expect(Math.abs(downMix(channels)[20_000]! - 0.25)).toBeLessThan(1e-4);

    const fingerprint = (recordings: Sound[][]) =>
      new AudioColumn("words", recordings, options).fingerprint();
    const own = await fingerprint([[ramp(100)], [ramp(50)]]);
    expect(await fingerprint([[ramp(100)], [ramp(50)]])).toBe(own);
    expect(await fingerprint([[ramp(100), ramp(50)], []])).not.toBe(own);
    expect(await fingerprint([[ramp(100)], [ramp(50, 0.5)]])).not.toBe(own);
  });
});

describe("windows of a recording", () => {
  it.each([
    [0, 1, 0.5],
    [800, 0.1, 0.1],
    [801, 0.1, 0.05],
    [2345, 0.1, 0.03],
    [50, 0.1, 0.05],
  ])("of %i samples, %d s each %d s, hold all of it, with its times", async (length, seconds, hop) => {
    const sound = ramp(length);
    const windows = windowsOf(sound, seconds, hop);
    const [size, step] = [seconds * 8000, hop * 8000];
    for (const [i, { start, end, samples }] of windows.entries()) {
      expect(start).toBeCloseTo(i * hop, 9);
      expect(end).toBeCloseTo(Math.min(length, i * step + size) / 8000, 9);
      expect(samples).toHaveLength(size);
      const held = Math.round((end - start) * 8000);
      expect(samples.slice(0, held)).toEqual(sound.samples.slice(i * step, i * step + size));
      expect(samples.slice(held).every((value) => value === 0)).toBe(true);
    }
    expect(windows.at(-1)!.end).toBeCloseTo(length / 8000, 9);

    // In parts the same.
    async function* parts(): AsyncGenerator<Float32Array> {
      const rng = Rng.of(1, "parts", length);
      for (let at = 0; at < length; ) {
        const next = Math.min(length, at + 1 + rng.int(500));
        yield (sound.samples as Float32Array).slice(at, next);
        at = next;
      }
    }
    const streamed = [];
    for await (const window of windowsOfParts(8000, parts(), seconds, hop)) streamed.push(window);
    expect(streamed).toEqual(windows);
  });

  it("are refused where sound between them would be lost", () => {
    expect(() => windowsOf(ramp(100), 0.1, 0.2)).toThrow(
      "windows of 0.1 s each 0.2 s cannot be cut at 8000 Hz, expected both above 0 and a hop of at most a window",
    );
  });
});
