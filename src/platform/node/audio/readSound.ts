import { createReadStream } from "node:fs";
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
import { explainIoError } from "../files/files.ts";

/** A sound file by its path, or its bytes under a name for messages. */
export type SoundFile = string | { readonly name: string; readonly bytes: Uint8Array };

/**
 * Reads a sound file as mono at a tower's rate: WAV, MP3, FLAC, OGG (Vorbis, Opus) or WebM, told by its first bytes. All channels are mixed with
 * equal weight. It is decoded part by part, and no further than `seconds`.
 *
 * @throws InputError when it is missing, no sound, damaged, cut off, silent or shorter than a frame, or AAC, which only a browser decodes.
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
  return typeof file === "string" ? file : file.name;
}

function decodedFile(file: SoundFile): AsyncGenerator<Channels> {
  const bytes = typeof file === "string" ? bytesOf(file) : [file.bytes];
  return decodedSound(nameOf(file), bytes, refuseTrack);
}

async function* bytesOf(path: string): AsyncGenerator<Uint8Array> {
  try {
    yield* createReadStream(path);
  } catch (error) {
    throw explainIoError(error, "read", path);
  }
}

// Of packages that decode AAC in Node, each holds GPL code, wants a compiler or was given up: see docs/sound.md.
const refuseTrack: DecodeTrack = (name, track) => {
  throw undecodable(name, track);
};
