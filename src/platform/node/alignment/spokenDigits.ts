import { InputError } from "../../../base/index.ts";
import type { Sound } from "../../../modality/audio/index.ts";
import { compactSound, floatSamples, resample } from "../../../modality/audio/index.ts";
import { digitWords } from "../../../runs/index.ts";
import { type SpokenWordsOptions, spokenWords } from "../speech/spokenWords.ts";
import { voices } from "../speech/voices.ts";

/** A digit as somebody says it. */
export interface SpokenDigit {
  readonly digit: number;
  readonly speaker: string;
  /** Whether it is spoken as the voice does by itself, neither higher nor slower: these validate. */
  readonly plain: boolean;
  readonly sound: Sound;
}

/** Who speaks; `kal` has two voices. */
export const speakers: readonly string[] = [...new Set(voices.map(({ speaker }) => speaker))];

/** @throws InputError for a speaker who is not there, or when all are held out. */
export function requireSpeakers(heldOut: readonly string[]): void {
  const unknown = heldOut.some((speaker) => !speakers.includes(speaker));
  if (!unknown && new Set(heldOut).size < speakers.length) return;
  throw new InputError(
    `speakers to hold out: ${heldOut.join(", ")}, expected some of ${speakers.join(", ")}, but not all`,
  );
}

const pitches = [0.85, 1, 1.15];
const stretches = [0.85, 1, 1.2];

/**
 * The ten digits by every voice, each at three heights and three speeds, at a rate.
 *
 * @throws InputError when the synthesiser is not installed; AbortedError when stopped.
 */
export async function spokenDigits(rate: number, options: SpokenWordsOptions = {}): Promise<SpokenDigit[]> {
  const asked = voices.flatMap(({ name, speaker }) =>
    digitWords.flatMap((text, digit) =>
      pitches.flatMap((pitch) =>
        stretches.map((stretch) => ({ digit, speaker, utterance: { text, voice: name, pitch, stretch } })),
      ),
    ),
  );
  const words = await spokenWords(
    asked.map(({ utterance }) => utterance),
    options,
  );
  return asked.map(({ digit, speaker, utterance: { pitch, stretch } }, i) => {
    const word = words[i]!;
    const samples = resample(floatSamples(word.samples), word.rate, rate);
    return {
      digit,
      speaker,
      plain: pitch === 1 && stretch === 1,
      sound: compactSound({ sampleRate: rate, samples }),
    };
  });
}
