import {
  ALL_FORMATS,
  BufferSource,
  BufferTarget,
  EncodedAudioPacketSource,
  EncodedPacketSink,
  Input,
  type InputAudioTrack,
  Logging,
  LogLevel,
  OggOutputFormat,
  Output,
} from "mediabunny";
import { InputError } from "../../base/index.ts";
import type { Channels } from "../../modality/audio/index.ts";

/** Decodes a track whose coding Kindred brings no decoder for: a browser has one of AAC. */
export type DecodeTrack = (
  name: string,
  track: InputAudioTrack,
  bytes: Uint8Array,
) => AsyncGenerator<Channels>;

/**
 * The sound in a WebM or MP4 file, or in bare AAC.
 *
 * @throws InputError when there is none, or when the file cannot be taken apart.
 */
export async function* decodedContainer(
  name: string,
  bytes: Uint8Array,
  decodeOgg: (ogg: Uint8Array) => AsyncGenerator<Channels>,
  decodeTrack: DecodeTrack,
): AsyncGenerator<Channels> {
  // What it would print of a coding that it does not know is in the error.
  Logging.level = LogLevel.Errors;
  const input = new Input({ source: new BufferSource(bytes), formats: ALL_FORMATS });
  try {
    const track = await input.getPrimaryAudioTrack();
    if (!track) throw new InputError(`${name} has no sound: choose a file with a sound track`);
    const ogg = await asOgg(track);
    // Packets of Opus and Vorbis are the same in OGG, which the decoders of WebAssembly take.
    if (ogg) yield* decodeOgg(ogg);
    else yield* decodeTrack(name, track, bytes);
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(
      `${name} cannot be taken apart as WebM or MP4: ${error instanceof Error ? error.message.split("\n")[0] : error}; if it was cut off, copy or record it again`,
      { cause: error },
    );
  } finally {
    input.dispose();
  }
}

/** The packets of a track of Opus or Vorbis as an OGG file, without decoding them; null for another coding. */
async function asOgg(track: InputAudioTrack): Promise<Uint8Array | null> {
  const codec = track.codec;
  if (codec !== "opus" && codec !== "vorbis") return null;
  const decoderConfig = await track.getDecoderConfig();
  if (!decoderConfig) return null;
  const target = new BufferTarget();
  const output = new Output({ format: new OggOutputFormat(), target });
  const source = new EncodedAudioPacketSource(codec);
  output.addAudioTrack(source);
  await output.start();
  for await (const packet of new EncodedPacketSink(track).packets())
    await source.add(packet, { decoderConfig });
  await output.finalize();
  return new Uint8Array(target.buffer!);
}

/** That a coding cannot be decoded here, and how it is converted. */
export function undecodable(name: string, { codec }: InputAudioTrack): InputError {
  const coding =
    codec === "aac"
      ? "AAC, which Chrome, Edge and Safari decode and Node does not"
      : "a coding that is not read here";
  return new InputError(
    `${name} holds sound as ${coding}: convert it, such as by ffmpeg -i ${name} converted.flac`,
  );
}
