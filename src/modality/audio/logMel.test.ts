import { describe, expect, it } from "vitest";
import golden from "../../../test/golden/audio.json" with { type: "json" };
import { tensorData } from "../../base/index.ts";
import { buildGraph, input } from "../../graph/index.ts";
import { referenceRuntime } from "../../runtime/index.ts";
import { type LogMelOptions, logMel, logMelShape } from "./logMel.ts";

async function spectrogram(clips: readonly (readonly number[])[], options: LogMelOptions): Promise<number[]> {
  const runtime = referenceRuntime();
  const waveform = input("waveform", [clips.length, clips[0]!.length]);
  const graph = buildGraph({ name: "log-mel", outputs: { y: logMel(waveform, options) } });
  const program = await runtime.compile(graph);
  const fed = tensorData("float32", waveform.shape, clips.flat());
  const { y } = await program.run({ waveform: fed });
  await runtime.dispose();
  return Array.from(y!.data, Number);
}

describe("the log-mel spectrogram", () => {
  it.each(golden.logMel)(
    "is that of PyTorch's transform and librosa's bands: $options.melBins bands at $options.sampleRate Hz",
    async ({ options, input: clip, output }) => {
      const expected = output.flat();
      const [once, twice] = await Promise.all([
        spectrogram([clip], options),
        // A clip's loudness changes nothing, and neither does what else is in the batch.
        spectrogram([clip.map((value) => value / 8), clip], options),
      ]);
      expect(once).toHaveLength(expected.length);
      for (const [i, value] of expected.entries()) {
        expect(Math.abs(once[i]! - value)).toBeLessThan(1e-3);
        expect(Math.abs(twice[expected.length + i]! - value)).toBeLessThan(1e-3);
        expect(Math.abs(twice[i]! - value)).toBeLessThan(0.02);
      }
    },
  );

  it("of silence is zeros", async () => {
    const values = await spectrogram([new Array(400).fill(0)], { sampleRate: 8000 });
    for (const value of values) expect(Math.abs(value)).toBeLessThan(1e-3);
  });

  it("refuses bands above half the rate and frames of too few samples", () => {
    expect(() => logMelShape({ sampleRate: 8000, highest: 5000 })).toThrow(
      "a spectrogram of 40 bands from 20 to 5000 Hz with frames of 200 samples each 80 cannot be made at 8000 Hz, expected frames of 16 samples or more and frequencies from 0 to 4000 Hz",
    );
    expect(() => logMelShape({ sampleRate: 8000, frame: 0.001 })).toThrow("frames of 8 samples");
  });
});
