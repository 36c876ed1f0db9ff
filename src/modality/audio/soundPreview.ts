import type { Preview } from "../../data/column.ts";
import { resample } from "./resample.ts";
import { floatSamples, type Sound } from "./sound.ts";
import { encodeWav } from "./wav.ts";

/** Seconds and rate of a clip that is shown: enough to hear what it is, about 100 kB at most. */
const clipSeconds = 3;
const clipRate = 16_000;

/** The begin of a recording as a small WAV file, which can be played and drawn: at most 3 s, 16 kHz and 16 bits. */
export function soundPreview({ sampleRate, samples }: Sound): Preview {
  const begin = samples.subarray(0, Math.round(clipSeconds * sampleRate));
  const bytes =
    sampleRate <= clipRate
      ? encodeWav(begin, sampleRate)
      : encodeWav(resample(floatSamples(begin), sampleRate, clipRate), clipRate);
  return { mediaType: "audio/wav", bytes };
}
