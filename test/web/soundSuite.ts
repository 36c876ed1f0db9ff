import { describe, expect, it } from "vitest";
import { audioTower, initialState, Rng, type Runtime, tensorData } from "../../src/index.ts";
import { embeddingGraph } from "../../src/modality/tower.ts";
import { readSound } from "../../src/web.ts";
import { likeSignal } from "../golden/sound.fixture.ts";

/** A sound file that the page's server has, and what Node makes of it. */
export interface SoundCase {
  readonly name: string;
  readonly lossless: boolean;
  readonly samples: readonly number[];
  readonly embedding: readonly number[];
}

export const soundTower = audioTower({ sampleRate: 16_000, seconds: 0.4, dim: 16, parts: 2 });

/** What the tower makes of sound before training, by the same seed everywhere. */
export async function embedSound(runtime: Runtime, samples: Float32Array): Promise<Float32Array> {
  const length = soundTower.ports[0]!.shape[0]!;
  const data = new Float32Array(length);
  data.set(samples.subarray(0, length));
  const program = await runtime.compile(embeddingGraph(soundTower, 1));
  const store = await runtime.createStore(initialState(soundTower, (name) => Rng.of(1, "initial", name)));
  const waveform = tensorData("float32", [1, length], data);
  const { embedding } = await program.run({ waveform }, { store });
  return embedding!.data as Float32Array;
}

/** Sound files in a browser beside what they are in Node. */
export function soundSuite(
  cases: readonly SoundCase[],
  makeRuntime: () => Promise<Runtime>,
  fileOf: (name: string) => string,
): void {
  const options = { sampleRate: 16_000 };
  describe("sound", () => {
    it("is read and embedded as in Node", async () => {
      const runtime = await makeRuntime();
      for (const { name, lossless, ...node } of cases) {
        const { samples } = await readSound(fileOf(name), options);
        expect(samples.length, name).toBe(node.samples.length);
        const embedding = await embedSound(runtime, samples);
        for (const [found, expected] of [
          [samples, node.samples],
          [embedding, node.embedding],
        ] as const) {
          const most = Math.max(...expected.map((value, i) => Math.abs(value - found[i]!)));
          if (lossless) expect(most, name).toBeLessThan(1e-3);
          const dot = expected.reduce((sum, value, i) => sum + value * found[i]!, 0);
          expect(dot / (Math.hypot(...expected) * Math.hypot(...found)), name).toBeGreaterThan(0.999);
        }
      }
      await runtime.dispose();
    });

    it("is taken as a Blob, and AAC is decoded by the browser or refused in one line", async () => {
      const [{ name, samples }] = cases as [SoundCase];
      const blob = await (await fetch(fileOf(name))).blob();
      const fromBlob = await readSound(blob, options);
      expect(fromBlob.samples).toHaveLength(samples.length);
      const aac = await readSound(fileOf("aac.m4a"), options).catch((error: unknown) => error);
      if (aac instanceof Error) {
        expect(aac.message).toBe(
          `${fileOf("aac.m4a")} holds sound as AAC, which Chrome, Edge and Safari decode and Node does not: convert it, such as by ffmpeg -i ${fileOf("aac.m4a")} converted.flac`,
        );
      } else {
        const { samples: decoded } = aac as { samples: Float32Array };
        expect(likeSignal(decoded, 16_000).cosine).toBeGreaterThan(0.99);
      }
      const refusal = await readSound(new Blob(["hello, this is text"]), options).catch(
        (e: unknown) => `${e}`,
      );
      expect(refusal).toContain("the recording is no sound that can be read: it seems to be text");
    });
  });
}
