import { BufferTarget, EncodedPacket, EncodedVideoPacketSource, Mp4OutputFormat, Output } from "mediabunny";
import { KindredError } from "../../base/index.ts";
import { Pacer } from "../../base/pacer.ts";
import { writeFileAtomic } from "./files.ts";
import { toI420 } from "./i420.ts";
import { h264Codec, type VideoSize } from "./videoCodec.ts";

type WebCodecs = typeof import("@napi-rs/webcodecs");

/** Bits for a pixel of a frame: small sharp points on a plain ground, without visible blocks. */
const bitsPerPixel = 0.1;
/** Seconds between the frames that a player can jump to. */
const keyFrameSeconds = 2;
/** Frames that may wait for the encoder, each 3.5 MiB at 1280 x 720. */
const mostWaiting = 4;

/** Of every film, of its frames as of its file: the encoder's types name a matrix that the file's do not. */
const colorSpace = { primaries: "bt709", transfer: "bt709", matrix: "bt709", fullRange: false } as const;

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
  /** As WebCodecs names it. */
  readonly codec: string;
  readonly bytes: number;
}

/**
 * Writes an MP4 with H.264 that plays while it loads; the file is there in full or not at all. Encoding is done on
 * other threads, and the event loop runs between frames. The encoded film is held in memory until it is written: some
 * megabytes a minute.
 *
 * @throws InputError when the size cannot be encoded or the path cannot be written.
 * @throws AbortedError when stopped by the signal.
 * @throws KindredError when the encoder is not installed or fails.
 */
export async function writeVideo(path: string, options: VideoOptions): Promise<VideoWritten> {
  const { width, height, fps, frames, draw, signal, onProgress, title } = options;
  const codec = h264Codec(options, fps);
  const { VideoEncoder, VideoFrame } = await loadWebCodecs();
  const target = new BufferTarget();
  const output = new Output({ format: new Mp4OutputFormat({ fastStart: "in-memory" }), target });
  const source = new EncodedVideoPacketSource("avc");
  output.addVideoTrack(source, { frameRate: fps });
  output.setMetadataTags({ title });
  await output.start();

  let muxing: Promise<void> = Promise.resolve();
  let failure: unknown;
  const encoder = new VideoEncoder({
    output: (chunk, metadata) => {
      const data = new Uint8Array(chunk.byteLength);
      chunk.copyTo(data);
      const packet = new EncodedPacket(data, chunk.type, chunk.timestamp / 1e6, 1 / fps);
      const { decoderConfig } = metadata ?? {};
      const described = decoderConfig && { decoderConfig: { ...decoderConfig, colorSpace } };
      muxing = muxing.then(() => source.add(packet, described));
      muxing.catch((error: unknown) => {
        failure ??= error;
      });
    },
    error: (error) => {
      failure ??= error;
    },
  });
  try {
    encoder.configure({
      codec,
      width,
      height,
      framerate: fps,
      bitrate: Math.round(width * height * fps * bitsPerPixel),
      latencyMode: "quality",
      // The same film on every machine.
      hardwareAcceleration: "prefer-software",
      avc: { format: "avc" },
    });
    const pacer = new Pacer(signal);
    for (let frame = 0; frame < frames; frame++) {
      await pacer.pause();
      while (encoder.encodeQueueSize >= mostWaiting && failure === undefined) await pacer.pause();
      if (failure !== undefined) throw encodingFailed(failure);
      const data = draw(frame);
      const video = new VideoFrame(toI420(data, width, height), {
        format: "I420",
        codedWidth: width,
        codedHeight: height,
        timestamp: Math.round((frame * 1e6) / fps),
        duration: Math.round(1e6 / fps),
        colorSpace,
      });
      encoder.encode(video, { keyFrame: frame % Math.round(keyFrameSeconds * fps) === 0 });
      video.close();
      onProgress?.(frame + 1, frames);
    }
    await encoder.flush();
    await muxing;
    if (failure !== undefined) throw encodingFailed(failure);
    await output.finalize();
  } catch (error) {
    if (output.state !== "finalized") await output.cancel();
    throw error;
  } finally {
    if (encoder.state !== "closed") encoder.close();
  }
  const bytes = new Uint8Array(target.buffer!);
  await writeFileAtomic(path, bytes);
  return { codec, bytes: bytes.length };
}

function encodingFailed(cause: unknown): KindredError {
  const text = cause instanceof Error ? cause.message : String(cause);
  return new KindredError(`the film cannot be encoded: ${text.split("\n", 1)[0]}`, { cause });
}

async function loadWebCodecs(): Promise<WebCodecs> {
  try {
    return await import("@napi-rs/webcodecs");
  } catch (cause) {
    throw new KindredError(
      `cannot make films: the package @napi-rs/webcodecs does not load on ${process.platform} ${process.arch}, install Kindred again with its optional packages (npm install --include=optional)`,
      { cause },
    );
  }
}
