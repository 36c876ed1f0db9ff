import { describe, expect, it } from "vitest";
import { AudioColumn } from "../../../modality/audio/index.ts";
import { prepareText, TextColumn } from "../../../modality/text/index.ts";
import { digitCaptions } from "../../../runs/index.ts";
import { allDigitCaptions, digitSenses, measuredDigits } from "./digitSenses.ts";
import { requireSpeakers, type SpokenDigit, speakers } from "./spokenDigits.ts";

/** Each digit by each speaker, plainly and not, with who says what how as its first sample. */
const spoken: SpokenDigit[] = speakers.flatMap((speaker, s) =>
  digitCaptions.flatMap((_, digit) =>
    [true, false].map((plain) => ({
      ...{ digit, speaker, plain },
      sound: { sampleRate: 8000, samples: Float32Array.of(1000 * s + 10 * digit + (plain ? 1 : 0)) },
    })),
  ),
);

/** Digit, speaker and manner of each recording of a row. */
const heard = (column: unknown, row: number) => {
  expect(column).toBeInstanceOf(AudioColumn);
  return (column as AudioColumn).recordings[row]!.map((recorded) => {
    const code = "samples" in recorded ? recorded.samples[0]! : Number.NaN;
    return {
      speaker: speakers[Math.floor(code / 1000)],
      digit: Math.floor(code / 10) % 100,
      plain: code % 10 === 1,
    };
  });
};

describe("digitSenses", () => {
  it("gives each digit its captions and words: varied ones to train, plain ones to validate, of nobody held out", async () => {
    const preparation = await prepareText([...allDigitCaptions], { name: "bag" }, {});
    const options = { preparation, spoken, sampleRate: 8000, seconds: 1, limit: 60, seed: 1 };
    const { training, validation } = await digitSenses({ ...options, heldOut: ["slt"] });
    expect([training.count, validation.count]).toEqual([48, 12]);
    for (const { count, labels, columns } of [training, validation]) {
      const texts = columns.get("text");
      expect(texts).toBeInstanceOf(TextColumn);
      for (let row = 0; row < count; row++) {
        expect((texts as TextColumn).texts[row]).toEqual(digitCaptions[labels[row]!]);
        const words = heard(columns.get("audio"), row);
        expect(words).toHaveLength(count === 48 ? 3 : 1);
        for (const { speaker, digit, plain } of words) {
          expect([digit, plain]).toEqual([labels[row], count === 12]);
          expect(speaker).not.toBe("slt");
        }
      }
    }
    const rows = await measuredDigits({ ...options, heldOut: ["slt"] });
    const audio = rows.find(({ modality }) => modality === "audio")!.dataset;
    expect(audio.count).toBe(20);
    for (let row = 0; row < audio.count; row++) {
      expect(heard(audio.columns.get("audio"), row)).toMatchObject([
        { speaker: "slt", digit: audio.labels[row] },
      ]);
    }
  });

  it("refuses speakers who are not there, and all of them", () => {
    expect(() => requireSpeakers(["slt", "kal"])).not.toThrow();
    expect(() => requireSpeakers(["nobody"])).toThrow(/expected some of kal, awb, rms, slt, but not all/);
    expect(() => requireSpeakers(speakers)).toThrow(/but not all/);
  });
});
