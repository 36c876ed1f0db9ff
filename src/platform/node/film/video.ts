import {
  BufferSource,
  BufferTarget,
  EncodedPacketSink,
  EncodedVideoPacketSource,
  Input,
  MP4,
  Mp4OutputFormat,
  Output,
} from "mediabunny";
import { AbortedError, KindredError } from "../../../base/index.ts";
import { Pacer } from "../../../base/pacer.ts";
import { writeFileAtomic } from "../files/files.ts";
import { moduleBeside, Thread } from "../threads/thread.ts";
import type { H264Task } from "./h264Worker.ts";
import { toI420 } from "./i420.ts";
import { requireH264Size, type VideoSize } from "./videoCodec.ts";

/** For small sharp points on a plain ground, without visible blocks; one for all frames, so that none flickers. */
const quantizer = 22;
/** Seconds between the frames that a player can jump to. */
const keyFrameSeconds = 2;
/** Frames that may wait for the encoder, each 3.5 MiB at 1280 x 720. */
const mostWaiting = 4;

export interface VideoOptions extends VideoSize {
  readonly frames: number;
  readonly fps: number;
  readonly title: string;
  /** The pixels of a frame, `[height, width, 4]` in RGBA; asked for frame after frame. */
  readonly draw: (frame: number) => Uint8ClampedArray;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

export interface VideoWritten {
  /** As WebCodecs names it, such as `avc1.42001f`. */
  readonly codec: string;
  readonly bytes: number;
}

/**
 * Writes an MP4 with H.264 (constrained baseline, which every player knows) that plays while it loads; the file is there
 * in full or not at all. A thread of its own encodes, and the event loop runs between frames. The encoded film is held
 * in memory until it is written: some megabytes a minute.
 *
 * @throws InputError when the size cannot be encoded or the path cannot be written.
 * @throws AbortedError when stopped by the signal.
 * @throws KindredError when the encoder fails.
 */
export async function writeVideo(path: string, options: VideoOptions): Promise<VideoWritten> {
  const { width, height, fps, frames, draw, signal, onProgress, title } = options;
  requireH264Size(options, fps);
  const keyFrames = Math.max(1, Math.round(keyFrameSeconds * fps));
  const encoder = new Thread<Uint8Array<ArrayBuffer> | null, Uint8Array<ArrayBuffer> | null>(
    moduleBeside(import.meta.url, "h264Worker"),
    {
      name: "h264",
      data: { width, height, fps, quantizer, keyFrames } satisfies H264Task,
      ended: encodingFailed,
    },
  );
  const waiting: Promise<unknown>[] = [];
  try {
    const pacer = new Pacer(signal);
    for (let frame = 0; frame < frames; frame++) {
      await pacer.pause();
      const picture = toI420(draw(frame), width, height);
      if (waiting.length >= mostWaiting) await waiting.shift();
      const encoded = encoder.request(picture, [picture.buffer]);
      // Looked at when its turn has come.
      encoded.catch(() => undefined);
      waiting.push(encoded);
      if (signal?.aborted) throw new AbortedError("stopped: its signal was aborted");
      onProgress?.(frame + 1, frames);
    }
    await Promise.all(waiting);
    const { codec, bytes } = await rewritten((await encoder.request(null))!, title, fps);
    await writeFileAtomic(path, bytes);
    return { codec, bytes: bytes.length };
  } finally {
    await encoder.terminate();
  }
}

/** The same film with its index first, its title, its colours' standard, and its frames at even distances. */
async function rewritten(
  mp4: Uint8Array<ArrayBuffer>,
  title: string,
  fps: number,
): Promise<{ readonly codec: string; readonly bytes: Uint8Array }> {
  const input = new Input({ formats: [MP4], source: new BufferSource(mp4) });
  const track = await input.getPrimaryVideoTrack();
  const found = await track?.getDecoderConfig();
  if (!track || !found) throw encodingFailed("its file holds no film");
  const colorSpace = { primaries: "bt709", transfer: "bt709", matrix: "bt709", fullRange: false } as const;
  const decoderConfig = { ...found, colorSpace };
  const target = new BufferTarget();
  const output = new Output({ format: new Mp4OutputFormat({ fastStart: "in-memory" }), target });
  const source = new EncodedVideoPacketSource("avc");
  output.addVideoTrack(source, { frameRate: fps });
  output.setMetadataTags({ title });
  await output.start();
  let frame = 0;
  for await (const packet of new EncodedPacketSink(track).packets()) {
    await source.add(packet.clone({ timestamp: frame++ / fps, duration: 1 / fps }), { decoderConfig });
  }
  await output.finalize();
  return { codec: found.codec, bytes: new Uint8Array(target.buffer!) };
}

function encodingFailed(reason: string, cause?: Error): KindredError {
  return new KindredError(`the film cannot be encoded: ${reason.split("\n", 1)[0]}`, { cause });
}
