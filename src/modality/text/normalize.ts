import { InputError } from "../../base/index.ts";

/**
 * What becomes one space: white space and control characters, which JavaScript, Rust and Python would each class in a way of
 * their own. NFKC has already made plain spaces of the other kinds of space.
 */
export const spaces = "[\u0000-\u0020\u007f-\u00a0\u1680\u2028\u2029\ufeff]+";

/** Letters and digits with their marks. */
const letters = "[\\p{L}\\p{N}][\\p{L}\\p{M}\\p{N}]*";
/** A run of anything else but spaces: an emoji with its modifiers, punctuation. */
const others = "[^ \\p{L}\\p{N}]+";

/** A word of a text that {@link normalizeText} made, with the space before it. */
export const spacedWord = ` ?${letters}| ?${others}`;

const spacePattern = new RegExp(spaces, "gu");
const wordPattern = new RegExp(`${letters}|${others}`, "gu");

/**
 * A text as encoders see it: NFKC, small letters, one space where any white space was, none at the ends.
 *
 * Final sigma becomes sigma, because JavaScript writes the one at the end of a Greek word and Rust does not. NFC follows, because
 * a mark that stood alone behind a capital may have one character with its small letter. Half of a surrogate pair, which is no
 * character, becomes U+FFFD.
 *
 * @see Unicode Standard Annex 15, "Unicode Normalization Forms", https://unicode.org/reports/tr15
 */
export function normalizeText(text: string): string {
  return text
    .toWellFormed()
    .normalize("NFKC")
    .toLowerCase()
    .replaceAll("ς", "σ")
    .normalize("NFC")
    .replace(spacePattern, " ")
    .replace(/^ | $/g, "");
}

/** The words of a text that {@link normalizeText} made. */
export function wordsOf(normalized: string): string[] {
  return normalized.match(wordPattern) ?? [];
}

/** @throws InputError for a text that has nothing in it, such as a query of spaces only. */
export function requireText(text: string): void {
  if (normalizeText(text) === "")
    throw new InputError(
      `the text ${JSON.stringify(text.slice(0, 40))} is empty, expected at least one character: write what to look for`,
    );
}
