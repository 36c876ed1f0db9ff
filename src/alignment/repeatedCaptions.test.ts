import { describe, expect, it } from "vitest";
import { expectedRepeats, repeatedCaptionsWarning } from "./repeatedCaptions.ts";

/** All batches of 3 of so many rows. */
function* batches(rows: number): Generator<number[]> {
  for (let a = 0; a < rows; a++)
    for (let b = a + 1; b < rows; b++) for (let c = b + 1; c < rows; c++) yield [a, b, c];
}

describe("expectedRepeats", () => {
  it("is the mean over all batches of the pairs that have one caption and other groups", () => {
    const captions = Int32Array.of(4, 4, 4, 4, 1, 1, -1, -1, 9);
    const groups = Int32Array.of(0, 0, 1, 2, 3, 3, 4, 5, 6);
    let [pairs, count] = [0, 0];
    for (const batch of batches(captions.length)) {
      count++;
      for (const i of batch) {
        for (const j of batch) {
          const equal = captions[i]! >= 0 && captions[i] === captions[j];
          if (i < j && equal && groups[i] !== groups[j]) pairs++;
        }
      }
    }
    expect(expectedRepeats(captions, groups, 3)).toBeCloseTo(pairs / count, 12);
    // Four of caption 4, of which two belong together: five pairs.
    expect(expectedRepeats(captions, groups, 100)).toBe(5);
    expect(expectedRepeats(Int32Array.of(1), Int32Array.of(0), 8)).toBe(0);
  });
});

describe("repeatedCaptionsWarning", () => {
  it("says how often equal captions meet, and nothing where they are positives or rare", () => {
    const rows = Int32Array.from({ length: 1000 }, (_, row) => row);
    const captions = rows.map((row) => row % 100);
    expect(repeatedCaptionsWarning(captions, rows, 64)).toBe(
      "100 captions stand at several rows that do not belong together: a batch of 64 holds 18 pairs of equal captions on average, and the loss drives them apart; give rows of one caption one label",
    );
    expect(repeatedCaptionsWarning(captions, captions, 64)).toBeNull();
    expect(repeatedCaptionsWarning(rows, rows, 64)).toBeNull();
    expect(repeatedCaptionsWarning(rows.with(1, 0), rows, 64)).toBeNull();
  });
});
