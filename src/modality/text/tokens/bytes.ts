/**
 * The 256 characters that stand for bytes in a byte-level tokenizer, by byte: a byte that is a visible Latin-1 character stands
 * for itself, the others are U+0100 and on.
 *
 * @see Radford et al., "Language Models are Unsupervised Multitask Learners" (2019), section 2.2
 */
export const byteCharacters: readonly string[] = (() => {
  const visible = (byte: number): boolean =>
    (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xff && byte !== 0xad);
  let next = 0x100;
  return Array.from({ length: 256 }, (_, byte) => String.fromCharCode(visible(byte) ? byte : next++));
})();

const encoder = new TextEncoder();

/** The UTF-8 bytes of a text, each as its character. */
export function byteText(text: string): string {
  let result = "";
  for (const byte of encoder.encode(text)) result += byteCharacters[byte];
  return result;
}
