import { InputError } from "../../base/index.ts";
import { type Channels, type Samples, to16Bit } from "./sound.ts";

/** How a WAV file holds samples. */
interface WavFormat {
  readonly sampleRate: number;
  readonly channels: number;
  readonly bytes: number;
  readonly read: (view: DataView, at: number) => number;
}

const readers: Readonly<Record<string, WavFormat["read"]>> = {
  "1/8": (view, at) => view.getUint8(at) / 128 - 1,
  "1/16": (view, at) => view.getInt16(at, true) / 0x8000,
  "1/24": (view, at) => (view.getUint16(at, true) + view.getInt8(at + 2) * 0x10000) / 0x800000,
  "1/32": (view, at) => view.getInt32(at, true) / 0x80000000,
  "3/32": (view, at) => view.getFloat32(at, true),
  "3/64": (view, at) => view.getFloat64(at, true),
};

/** More than any file has before its samples but for pictures and texts of any length. */
const mostHead = 1 << 20;

/**
 * Reads a WAV file that comes in parts: PCM of 8, 16, 24 or 32 bits, or float of 32 or 64, any number of channels. Of a size that
 * nobody wrote, as when sound was piped, it reads to the end.
 */
export class WavReader {
  readonly #name: string;
  #pending = new Uint8Array(0);
  #format: WavFormat | null = null;
  /** Bytes of samples still to come; infinity where the file says none. Null before the samples. */
  #left: number | null = null;
  #done = 0;

  constructor(name: string) {
    this.#name = name;
  }

  /** The samples of the next bytes, as far as all channels of one are there. @throws InputError for what is no such file. */
  push(bytes: Uint8Array): Channels | null {
    const all = new Uint8Array(this.#pending.length + bytes.length);
    all.set(this.#pending);
    all.set(bytes, this.#pending.length);
    this.#pending = all;
    if (this.#left === null) this.#readHead();
    const format = this.#format;
    if (this.#left === null || !format) return null;
    const frame = format.bytes * format.channels;
    const count = Math.floor(Math.min(this.#pending.length, this.#left) / frame);
    const view = new DataView(this.#pending.buffer, this.#pending.byteOffset);
    const channels = Array.from({ length: format.channels }, (_, channel) => {
      const samples = new Float32Array(count);
      for (let i = 0; i < count; i++) samples[i] = format.read(view, i * frame + channel * format.bytes);
      return samples;
    });
    this.#pending = this.#pending.slice(count * frame);
    this.#left -= count * frame;
    this.#done += count;
    return { sampleRate: format.sampleRate, channels };
  }

  /** @throws InputError when the file ended before its samples did. */
  end(): void {
    const { name } = { name: this.#name };
    const format = this.#format;
    if (this.#left === null || !format) {
      throw new InputError(
        `${name} is a WAV file that ends before its samples begin: it was cut off, copy or record it again`,
      );
    }
    const frame = format.bytes * format.channels;
    if (this.#left === Number.POSITIVE_INFINITY || this.#left < frame) return;
    const seconds = (frames: number): string => (frames / format.sampleRate).toFixed(2);
    throw new InputError(
      `${name} is a WAV file that holds ${seconds(this.#done)} s of the ${seconds(this.#done + this.#left / frame)} s that it announces: it was cut off, copy or record it again`,
    );
  }

  #readHead(): void {
    const bytes = this.#pending;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const id = (at: number): string => String.fromCharCode(...bytes.subarray(at, at + 4));
    let at = 12;
    while (at + 8 <= bytes.length) {
      const size = view.getUint32(at + 4, true);
      if (id(at) === "data") {
        if (!this.#format) {
          throw new InputError(
            `${this.#name} is a WAV file without a format before its samples: convert it again`,
          );
        }
        const unknown = size === 0xffffffff || size === 0;
        this.#left = unknown ? Number.POSITIVE_INFINITY : size;
        this.#pending = bytes.slice(at + 8);
        return;
      }
      // Chunks begin at even places.
      const next = at + 8 + size + (size % 2);
      if (id(at) === "fmt ") {
        if (next > bytes.length) return;
        this.#format = this.#formatAt(view, at + 8, size);
      }
      at = next;
    }
    if (bytes.length > mostHead) {
      throw new InputError(
        `${this.#name} is a WAV file without samples in its first ${mostHead} bytes: convert it again`,
      );
    }
  }

  #formatAt(view: DataView, at: number, size: number): WavFormat {
    const [code, channels] = [view.getUint16(at, true), view.getUint16(at + 2, true)];
    const [sampleRate, bits] = [view.getUint32(at + 4, true), view.getUint16(at + 14, true)];
    // The extensible form has the code itself at the begin of its identifier.
    const coding = code === 0xfffe && size >= 26 ? view.getUint16(at + 24, true) : code;
    const read = readers[`${coding}/${bits}`];
    if (!read || channels === 0 || sampleRate === 0) {
      throw new InputError(
        `${this.#name} is a WAV file of coding ${coding} with ${bits} bits, ${channels} channels and ${sampleRate} Hz, expected PCM of 8, 16, 24 or 32 bits or float: convert it, such as by ffmpeg -i ${this.#name} converted.flac`,
      );
    }
    return { sampleRate, channels, bytes: bits / 8, read };
  }
}

/** Mono sound as a WAV file of 16 bits; what is louder than 1 is cut. */
export function encodeWav(samples: Samples, sampleRate: number): Uint8Array<ArrayBuffer> {
  const file = new Uint8Array(44 + 2 * samples.length);
  const view = new DataView(file.buffer);
  const text = (at: number, letters: string): void =>
    file.set(
      Array.from(letters, (letter) => letter.charCodeAt(0)),
      at,
    );
  text(0, "RIFF");
  view.setUint32(4, 36 + 2 * samples.length, true);
  text(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, sampleRate, true);
  view.setUint32(28, 2 * sampleRate, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  text(36, "data");
  view.setUint32(40, 2 * samples.length, true);
  const whole = samples instanceof Int16Array;
  for (const [i, value] of samples.entries()) view.setInt16(44 + 2 * i, whole ? value : to16Bit(value), true);
  return file;
}
