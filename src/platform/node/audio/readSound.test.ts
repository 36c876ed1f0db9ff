import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { likeSignal, signalAt } from "../../../../test/golden/sound.fixture.ts";
import { InputError } from "../../../base/index.ts";
import { encodeWav } from "../../../modality/audio/index.ts";
import { readSound, readSoundWindows } from "./readSound.ts";

const files = new URL("../../../../test/golden/audio/", import.meta.url);
const bytesOf = async (name: string): Promise<{ name: string; bytes: Uint8Array }> => ({
  name,
  bytes: await readFile(new URL(name, files)),
});

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "kindred-sound-"));
});
afterAll(() => rm(folder, { recursive: true }));

describe("a sound file", () => {
  // The second channel is half the first: their mean is 0.75 of the signal.
  it.each([
    ["u8.wav", 1, 0.9999],
    ["s16.wav", 0.75, 0.999999],
    ["s24.wav", 1, 0.999999],
    ["s32.wav", 1, 0.999999],
    ["f32.wav", 1, 0.999999],
    ["f64.wav", 1, 0.999999],
    ["deep.flac", 1, 0.999999],
    ["stereo.flac", 0.75, 0.999999],
    ["stereo.mp3", 0.7125, 0.999],
    ["vorbis.ogg", 1, 0.999],
    ["opus.ogg", 0.75, 0.999],
    ["opus.webm", 1, 0.999],
    ["vorbis.webm", 0.75, 0.999],
  ])("%s is read as mono at 16 kHz, in its place and as loud as it was", async (name, factor, cosine) => {
    const sound = await readSound(await bytesOf(name), { sampleRate: 16_000 });
    const like = likeSignal(sound.samples, 16_000);
    expect(like.cosine).toBeGreaterThan(cosine);
    expect(Math.abs(like.factor - factor)).toBeLessThan(0.01);
    expect(Math.abs(sound.samples.length / 16_000 - 0.4)).toBeLessThan(0.01);
    expect(sound).toMatchObject({ sampleRate: 16_000, whole: true });
  });

  it("of MP3 that does not say its encoder's delay begins with that delay", async () => {
    const { samples } = await readSound(await bytesOf("low.mp3"), { sampleRate: 16_000 });
    expect(likeSignal(samples, 16_000, 1105).cosine).toBeGreaterThan(0.99);
  });

  it("of eight channels is their mean", async () => {
    const { samples } = await readSound(await bytesOf("eight.wav"), { sampleRate: 8000 });
    expect(samples).toHaveLength(800);
    for (const [i, value] of samples.entries())
      expect(Math.abs(value - (signalAt(i / 8000) * (1 + 7 / 2)) / 8)).toBeLessThan(1e-4);
  });

  it("is the same by its path, whatever its name says, and of 44.1 kHz is never taken for 48", async () => {
    const path = join(folder, "tone.mp3");
    const tone = Float32Array.from(
      { length: 44_100 },
      (_, i) => 0.5 * Math.sin((2 * Math.PI * 1000 * i) / 44_100),
    );
    await writeFile(path, encodeWav(tone, 44_100));
    const { samples } = await readSound(path, { sampleRate: 48_000 });
    expect(samples).toHaveLength(48_000);
    for (let i = 1000; i < 47_000; i++)
      expect(Math.abs(samples[i]! - 0.5 * Math.sin((2 * Math.PI * i) / 48))).toBeLessThan(1e-3);
  });

  it("is read no further than asked for", async () => {
    const sound = await readSound(await bytesOf("stereo.flac"), { sampleRate: 8000, seconds: 0.1 });
    expect(sound.samples).toHaveLength(800);
    expect(sound.whole).toBe(false);
  });

  it("of any length comes as windows with times, of which the first is there before the rest is read", async () => {
    const minute = new Float32Array(60 * 8000).map((_, i) => signalAt((i % 3200) / 8000));
    const path = join(folder, "long.wav");
    const wav = encodeWav(minute, 8000);
    await writeFile(path, wav);
    const windows: { start: number; end: number; length: number }[] = [];
    for await (const { start, end, samples } of readSoundWindows(path, {
      sampleRate: 8000,
      seconds: 10,
      hop: 8,
    }))
      windows.push({ start, end, length: samples.length });
    expect(windows.map(({ start }) => start)).toEqual([0, 8, 16, 24, 32, 40, 48, 56]);
    expect(windows.every(({ length }) => length === 80_000)).toBe(true);
    expect(windows.at(-1)!.end).toBe(60);

    // The second half is damaged, which who stops before it does not meet.
    await writeFile(path, wav.subarray(0, wav.length / 2));
    for await (const { start } of readSoundWindows(path, { sampleRate: 8000, seconds: 10 })) {
      expect(start).toBe(0);
      break;
    }
  });

  it("is stopped by a signal", async () => {
    const signal = AbortSignal.abort();
    const long = { name: "long.wav", bytes: encodeWav(new Float32Array(8000 * 1200).fill(0.1), 44_100) };
    await expect(readSound(long, { sampleRate: 16_000, signal })).rejects.toThrow("stopped");
  });
});

describe("what is no sound to learn from is refused in one line", () => {
  const read = (name: string, bytes: Uint8Array) => readSound({ name, bytes }, { sampleRate: 8000 });
  const text = (words: string): Uint8Array => new TextEncoder().encode(words);

  it.each([
    [
      "empty.wav",
      new Uint8Array(0),
      "empty.wav is no sound that can be read: it is empty, expected WAV, MP3, FLAC, OGG (Vorbis or Opus), WebM or M4A",
    ],
    [
      "notes.mp3",
      text("dear diary, today"),
      'notes.mp3 is no sound that can be read: it seems to be text ("dear diary, toda"), expected',
    ],
    [
      "bytes.ogg",
      Uint8Array.of(1, 2, 3, 4),
      "bytes.ogg is no sound that can be read: it begins with the bytes 01 02 03 04, expected",
    ],
    ["old.aiff", text("FORM\0\0\0\0AIFFCOMM"), "it is an AIFF file"],
    [
      "silent.wav",
      encodeWav(new Float32Array(8000), 8000),
      "silent.wav is silent: no sample of its 1.0 s is louder than -80 dB of full scale; leave it out or record it again",
    ],
    [
      "short.wav",
      encodeWav(new Float32Array(80).fill(0.5), 8000),
      "short.wav holds 10 ms of sound, expected at least one frame of 25 ms: leave it out",
    ],
    [
      "head.wav",
      encodeWav(new Float32Array(8), 8000).subarray(0, 30),
      "head.wav is a WAV file that ends before its samples begin",
    ],
    [
      "cut.wav",
      encodeWav(new Float32Array(8000).fill(0.5), 8000).subarray(0, 8044),
      "cut.wav is a WAV file that holds 0.50 s of the 1.00 s that it announces: it was cut off, copy or record it again",
    ],
    [
      "gsm.wav",
      encodeWav(new Float32Array(80), 8000).fill(49, 20, 21),
      "gsm.wav is a WAV file of coding 49 with 16 bits",
    ],
  ])("%s", async (name, bytes, message) => {
    const error = await read(name, bytes).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(InputError);
    expect((error as InputError).message).toContain(message);
    expect((error as InputError).message).not.toContain("\n");
  });

  it.each([
    ["stereo.flac", "that it announces: it was cut off"],
    ["stereo.mp3", "that it announces: it was cut off"],
    ["vorbis.ogg", "it was cut off"],
    ["opus.ogg", "it was cut off"],
    ["aac.m4a", ""],
  ])("%s whose second half is missing", async (name, message) => {
    const { bytes } = await bytesOf(name);
    const error = await read(name, bytes.subarray(0, bytes.length / 2)).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(InputError);
    expect((error as InputError).message).toContain(message);
  });

  it("AAC in Node, with what to do, and a file that is missing", async () => {
    for (const name of ["aac.m4a", "aac.aac"]) {
      await expect(readSound(await bytesOf(name), { sampleRate: 8000 })).rejects.toThrow(
        `${name} holds sound as AAC, which Chrome, Edge and Safari decode and Node does not: convert it, such as by ffmpeg -i ${name} converted.flac`,
      );
    }
    await expect(readSound(join(folder, "none.wav"), { sampleRate: 8000 })).rejects.toThrow(InputError);
  });
});
