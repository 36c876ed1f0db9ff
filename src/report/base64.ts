type Numbers = Uint8Array | Uint16Array | Uint32Array | Int32Array | Float32Array;

/** The bytes of an array, little-endian, as base64: a third of the text that JSON numbers would take, and exact. */
export function base64(numbers: Numbers): string {
  const bytes = new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
  let text = "";
  // In pieces, because each byte becomes an argument of the call; of a multiple of 3, so that they join.
  for (let start = 0; start < bytes.length; start += 0x6000) {
    text += btoa(String.fromCharCode(...bytes.subarray(start, start + 0x6000)));
  }
  return text;
}
