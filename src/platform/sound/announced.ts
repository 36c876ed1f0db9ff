/** What a file says of its own length, found in its bytes as they pass. */
export interface Announced {
  push(bytes: Uint8Array): void;
  /** Seconds of sound that it announces; null where it announces none. */
  readonly seconds: number | null;
  /** Whether it ended amid a part that it had begun. */
  readonly cutOff: boolean;
}

/** Of a FLAC file, whose first block has the number of samples. */
export function announcedFlac(): Announced {
  return firstBytes((bytes, view) => {
    if (bytes.length < 26) return null;
    const rate = view.getUint32(18) >>> 12;
    const samples = (bytes[21]! & 15) * 2 ** 32 + view.getUint32(22);
    return samples > 0 && rate > 0 ? samples / rate : null;
  });
}

/** Of an MP3 file, whose first frame may hold the number of frames (Xing's and LAME's header). */
export function announcedMp3(): Announced {
  return firstBytes((bytes, view) => {
    const text = String.fromCharCode(...bytes.subarray(0, 4096));
    const at = Math.max(text.indexOf("Xing"), text.indexOf("Info"));
    // The header of the frame is 13 to 36 bytes before, after its side information.
    const header = at < 0 ? -1 : text.slice(0, at).lastIndexOf("\xff");
    if (header < 0 || at + 12 > bytes.length || (view.getUint32(at + 4) & 1) === 0) return null;
    const version = (bytes[header + 1]! >> 3) & 3;
    const rates: readonly number[] | undefined = [
      [11025, 12000, 8000],
      undefined,
      [22050, 24000, 16000],
      [44100, 48000, 32000],
    ][version];
    const rate = rates?.[(bytes[header + 2]! >> 2) & 3];
    // Up to three frames are the encoder's delay and what fills its last frame.
    return rate ? ((view.getUint32(at + 8) - 3) * (version === 3 ? 1152 : 576)) / rate : null;
  });
}

function firstBytes(read: (bytes: Uint8Array, view: DataView) => number | null): Announced {
  let seconds: number | null | undefined;
  return {
    push: (bytes) => {
      if (seconds === undefined)
        seconds = read(bytes, new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    },
    get seconds() {
      return seconds ?? null;
    },
    cutOff: false,
  };
}

/** Bytes of the head of a page of OGG, before the lengths of its segments. */
const pageHead = 27;

/** Of an OGG file: whether its last page is whole, since each says how long it is. */
export class OggPages implements Announced {
  readonly seconds = null;
  /** Bytes of the page still to come, and the head of the next one as far as it is there. */
  #left = 0;
  #head: number[] = [];

  push(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) {
      if (this.#left > 0) {
        const passed = Math.min(this.#left, bytes.length - at);
        this.#left -= passed;
        at += passed;
        continue;
      }
      const head = this.#head;
      head.push(bytes[at++]!);
      if (head.length < pageHead || head.length < pageHead + head[pageHead - 1]!) continue;
      this.#left = head.slice(pageHead).reduce((sum, length) => sum + length, 0);
      this.#head = [];
    }
  }

  get cutOff(): boolean {
    return this.#left > 0 || this.#head.length > 0;
  }
}
