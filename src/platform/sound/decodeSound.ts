import { FLACDecoder } from "@wasm-audio-decoders/flac";
import { OggVorbisDecoder } from "@wasm-audio-decoders/ogg-vorbis";
import { MPEGDecoder } from "mpg123-decoder";
import { OggOpusDecoder } from "ogg-opus-decoder";
import { InputError } from "../../base/index.ts";
import {
  type Channels,
  formBytes,
  type SoundForm,
  seemsToBe,
  soundFormOf,
  soundForms,
  WavReader,
} from "../../modality/audio/index.ts";
import { announcedFlac, announcedMp3, OggPages } from "./announced.ts";
import { type DecodeTrack, decodedContainer } from "./containers.ts";

/** The bytes of a file in parts. */
export type Bytes = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** What decodes the parts of a file one after the other. */
interface PartDecoder {
  push(bytes: Uint8Array): Promise<Channels | null>;
  /** What was still held. */
  end(): Promise<Channels | null>;
  free(): void;
}

/** What the decoders of WebAssembly give. */
interface Decoded {
  readonly channelData: readonly Float32Array[];
  readonly samplesDecoded: number;
  readonly sampleRate: number;
  readonly errors: readonly { readonly message: string }[];
}

/** Bytes that are decoded at a time: some seconds of sound, and some milliseconds of work. */
const partBytes = 16_384;

/**
 * The samples of a sound file of any form that its first bytes tell, part by part, so that memory holds only some seconds of it.
 *
 * @param name of the file, for messages
 * @param decodeTrack for what only a platform can decode, such as AAC. Containers are held as a whole, which is little beside their sound
 * @throws InputError for what is no sound, is damaged, or was cut off.
 */
export async function* decodedSound(
  name: string,
  bytes: Bytes,
  decodeTrack: DecodeTrack,
): AsyncGenerator<Channels> {
  const parts = inParts(bytes);
  const first = await parts.next();
  const head = first.done ? new Uint8Array(0) : first.value;
  const form = soundFormOf(head);
  if (!form) {
    throw new InputError(
      `${name} is no sound that can be read: it ${seemsToBe(head)}, expected ${soundForms}`,
    );
  }
  if (form === "webm" || form === "mp4" || form === "aac") {
    const all = [head];
    for await (const part of parts) all.push(part);
    const decodeOgg = (ogg: Uint8Array) => decodedSound(name, [ogg], decodeTrack);
    yield* decodedContainer(name, wholeOf(all), decodeOgg, decodeTrack);
    return;
  }
  const decoder = await partDecoder(name, form);
  try {
    for (let part: Uint8Array = head; ; ) {
      const decoded = await decoder.push(part);
      if (decoded) yield decoded;
      const next = await parts.next();
      if (next.done) break;
      part = next.value;
    }
    const rest = await decoder.end();
    if (rest) yield rest;
  } finally {
    decoder.free();
  }
}

/** Parts of at most {@link partBytes}; the first has at least {@link formBytes}, as far as there are so many. */
async function* inParts(bytes: Bytes): AsyncGenerator<Uint8Array, undefined> {
  let head: Uint8Array | null = new Uint8Array(0);
  for await (let part of bytes) {
    if (head) {
      const joined: Uint8Array = new Uint8Array(head.length + part.length);
      joined.set(head);
      joined.set(part, head.length);
      head = joined;
      if (head.length < formBytes) continue;
      part = head;
      head = null;
    }
    for (let at = 0; at < part.length; at += partBytes) yield part.slice(at, at + partBytes);
  }
  if (head?.length) yield head;
}

function wholeOf(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

type PartForm = Exclude<SoundForm, "webm" | "mp4" | "aac">;

async function partDecoder(name: string, form: PartForm): Promise<PartDecoder> {
  switch (form) {
    case "wav": {
      const reader = new WavReader(name);
      return {
        push: async (bytes) => reader.push(bytes),
        end: async () => {
          reader.end();
          return null;
        },
        free: () => undefined,
      };
    }
    case "mp3": {
      const decoder = new MPEGDecoder();
      await decoder.ready;
      const announced = announcedMp3();
      return counted(name, "MP3", {
        push: async (bytes) => {
          announced.push(bytes);
          return decoder.decode(bytes);
        },
        end: async () => null,
        free: () => decoder.free(),
        announced: () => announced.seconds,
      });
    }
    case "flac":
    case "ogg flac": {
      const decoder = new FLACDecoder();
      await decoder.ready;
      const announced = form === "flac" ? announcedFlac() : new OggPages();
      return counted(name, "FLAC", {
        push: (bytes) => {
          announced.push(bytes);
          return decoder.decode(bytes);
        },
        end: () => decoder.flush(),
        free: () => decoder.free(),
        announced: () => announced.seconds,
        cutOff: () => announced.cutOff,
      });
    }
    case "vorbis":
    case "opus": {
      const decoder = form === "opus" ? new OggOpusDecoder() : new OggVorbisDecoder();
      await decoder.ready;
      const pages = new OggPages();
      return counted(name, "OGG", {
        push: async (bytes) => {
          pages.push(bytes);
          return decoder.decode(bytes);
        },
        end: () => decoder.flush(),
        free: () => decoder.free(),
        announced: () => null,
        cutOff: () => pages.cutOff,
      });
    }
  }
}

/** A decoder of a library, and what the file says of its length. */
interface Source {
  push(bytes: Uint8Array): Promise<Decoded>;
  end(): Promise<Decoded | null>;
  free(): void;
  /** Seconds that the file announces; null where it does not. */
  announced(): number | null;
  /** Whether the file ended amid what it had begun. */
  cutOff?(): boolean;
}

/** Counts what a decoder gives, and says at the end what is missing. */
function counted(name: string, form: string, source: Source): PartDecoder {
  let seconds = 0;
  const take = (decoded: Decoded | null): Channels | null => {
    const [error] = decoded?.errors ?? [];
    if (error) {
      throw new InputError(
        `${name} is a damaged ${form} file: ${error.message} after ${seconds.toFixed(2)} s of sound; copy or record it again`,
      );
    }
    if (!decoded || decoded.samplesDecoded === 0) return null;
    seconds += decoded.samplesDecoded / decoded.sampleRate;
    return { sampleRate: decoded.sampleRate, channels: decoded.channelData };
  };
  return {
    push: async (bytes) => take(await explained(name, form, () => source.push(bytes))),
    end: async () => {
      const cutOff = source.cutOff?.() ?? false;
      const rest = cutOff ? null : take(await explained(name, form, () => source.end()));
      const announced = source.announced();
      if (cutOff || (announced !== null && seconds < announced - 0.1)) {
        const of = announced === null ? "" : ` of the ${announced.toFixed(2)} s that it announces`;
        throw new InputError(
          `${name} is a ${form} file that holds ${seconds.toFixed(2)} s${of}: it was cut off, copy or record it again`,
        );
      }
      if (seconds === 0) {
        throw new InputError(
          `${name} is a ${form} file without a sample of sound that can be decoded: copy or record it again`,
        );
      }
      return rest;
    },
    free: source.free,
  };
}

/** What a decoder throws, as one line about the file. */
async function explained<T>(name: string, form: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new InputError(
      `${name} is a ${form} file that cannot be decoded: ${error instanceof Error ? error.message.split("\n")[0] : error}`,
      { cause: error },
    );
  }
}
