import { AudioSampleSink } from "mediabunny";
import type { Channels, SoundWindow } from "../../../modality/audio/index.ts";
import { type DecodeTrack, undecodable } from "../../sound/containers.ts";
import { decodedSound } from "../../sound/decodeSound.ts";
import {
  collected,
  type ReadSound,
  type ReadSoundOptions,
  type ReadWindowsOptions,
  windowsIn,
} from "../../sound/monoSound.ts";
import { fetched, placeOf } from "../encoder/fetched.ts";

/** A sound file: its bytes under a name for messages, a file or a recording of the browser, or where it is fetched from. */
export type SoundFile = { readonly name: string; readonly bytes: Uint8Array } | Blob | string | URL;

/** What of a browser is used here, where its types are not. */
interface Browser {
  readonly OfflineAudioContext?: new (
    channels: number,
    length: number,
    sampleRate: number,
  ) => { decodeAudioData(bytes: ArrayBuffer): Promise<DecodedBuffer> };
}
interface DecodedBuffer {
  readonly sampleRate: number;
  readonly numberOfChannels: number;
  getChannelData(channel: number): Float32Array;
}

/**
 * Reads a sound file as mono at a tower's rate: WAV, MP3, FLAC, OGG (Vorbis, Opus) or WebM by the decoders that Node has too, AAC by the
 * browser's own. All channels are mixed with equal weight. It is decoded part by part, and no further than `seconds`.
 *
 * @throws InputError when it cannot be fetched, is no sound, damaged, cut off, silent or shorter than a frame, or nothing here decodes it.
 * @throws AbortedError when stopped by `signal`.
 */
export async function readSound(file: SoundFile, options: ReadSoundOptions): Promise<ReadSound> {
  return collected(nameOf(file), decodedFile(file), options);
}

/** Reads a sound file as windows with their times, as {@link readSound}; of a recording of hours it holds some seconds. */
export function readSoundWindows(file: SoundFile, options: ReadWindowsOptions): AsyncGenerator<SoundWindow> {
  return windowsIn(nameOf(file), decodedFile(file), options);
}

function nameOf(file: SoundFile): string {
  if (typeof file === "string" || file instanceof URL) return placeOf(file).href;
  return "name" in file && typeof file.name === "string" ? file.name : "the recording";
}

async function* decodedFile(file: SoundFile): AsyncGenerator<Channels> {
  yield* decodedSound(nameOf(file), bytesOf(file), decodeTrack);
}

async function* bytesOf(file: SoundFile): AsyncGenerator<Uint8Array> {
  if (typeof file === "object" && "bytes" in file && typeof file.bytes !== "function") {
    yield file.bytes;
    return;
  }
  const stream = file instanceof Blob ? file.stream() : (await fetched(placeOf(file as string | URL))).body;
  // By its reader: streams cannot be iterated over in every browser.
  const reader = stream?.getReader();
  try {
    for (;;) {
      const part = await reader?.read();
      if (!part || part.done) return;
      yield part.value;
    }
  } finally {
    await reader?.cancel();
  }
}

const decodeTrack: DecodeTrack = async function* (name, track, bytes) {
  if (await track.canDecode()) {
    for await (const sample of new AudioSampleSink(track).samples()) {
      const { numberOfFrames, numberOfChannels, sampleRate, timestamp } = sample;
      // What an encoder put before the begin has times below 0.
      const before = Math.min(numberOfFrames, Math.max(0, Math.round(-timestamp * sampleRate)));
      const channels = Array.from({ length: numberOfChannels }, (_, planeIndex) => {
        const samples = new Float32Array(numberOfFrames);
        sample.copyTo(samples, { planeIndex, format: "f32-planar" });
        return samples.subarray(before);
      });
      sample.close();
      yield { sampleRate, channels };
    }
    return;
  }
  const { OfflineAudioContext } = globalThis as Browser;
  if (!OfflineAudioContext || track.codec === null) throw undecodable(name, track);
  // A browser without WebCodecs decodes all at once, and at the rate of the context: the file's own.
  const context = new OfflineAudioContext(1, 1, track.sampleRate);
  const decoded = await context.decodeAudioData(bytes.slice().buffer).catch(() => {
    throw undecodable(name, track);
  });
  const { sampleRate, numberOfChannels } = decoded;
  yield {
    sampleRate,
    channels: Array.from({ length: numberOfChannels }, (_, channel) => decoded.getChannelData(channel)),
  };
};
