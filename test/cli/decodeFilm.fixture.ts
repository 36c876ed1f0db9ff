import { readFile } from "node:fs/promises";
import { EncodedVideoChunk, VideoDecoder, type VideoFrame } from "@napi-rs/webcodecs";
import { BufferSource, EncodedPacketSink, Input, MP4 } from "mediabunny";

/** A decoded picture in red, green and blue. */
export interface DecodedFrame {
  readonly width: number;
  readonly height: number;
  /** Seconds from the beginning. */
  readonly time: number;
  at(x: number, y: number): readonly [number, number, number];
}

/** A film as a browser would see it. */
export interface DecodedFilm {
  readonly codec: string | null;
  readonly codecString: string;
  readonly mimeType: string;
  readonly width: number;
  readonly height: number;
  /** In seconds. */
  readonly duration: number;
  /** Whether what a player needs first comes first in the file. */
  readonly fastStart: boolean;
  readonly frames: number;
  /** The frames asked for, by their numbers and in order of them. */
  readonly kept: ReadonlyMap<number, DecodedFrame>;
}

/** Demuxes an MP4 and decodes all of it, keeping the frames whose numbers are given; negative ones count from the end. */
export async function decodeFilm(file: string, keep: readonly number[]): Promise<DecodedFilm> {
  const bytes = await readFile(file);
  const input = new Input({ formats: [MP4], source: new BufferSource(bytes) });
  const track = (await input.getPrimaryVideoTrack())!;
  const config = (await track.getDecoderConfig())!;
  const { packetCount } = await track.computePacketStats();
  const wanted = new Set(keep.map((number) => (number < 0 ? packetCount + number : number)));
  const kept = new Map<number, DecodedFrame>();
  const copies: Promise<void>[] = [];
  let frames = 0;
  let failure: unknown;
  const decoder = new VideoDecoder({
    output: (frame) => {
      const number = frames++;
      if (!wanted.has(number)) {
        frame.close();
        return;
      }
      copies.push(
        copied(frame).then((copy) => {
          kept.set(number, copy);
          frame.close();
        }),
      );
    },
    error: (error) => {
      failure = error;
    },
  });
  const { codec, codedWidth, codedHeight, description } = config;
  decoder.configure({
    codec,
    codedWidth: codedWidth!,
    codedHeight: codedHeight!,
    description: new Uint8Array(description as ArrayBuffer | Uint8Array<ArrayBuffer>),
  });
  for await (const packet of new EncodedPacketSink(track).packets()) {
    const timestamp = Math.round(packet.timestamp * 1e6);
    decoder.decode(new EncodedVideoChunk({ type: packet.type, timestamp, data: packet.data }));
  }
  await decoder.flush();
  await Promise.all(copies);
  decoder.close();
  if (failure !== undefined) throw failure;
  return {
    codec: await track.getCodec(),
    codecString: codec,
    mimeType: await input.getMimeType(),
    width: codedWidth!,
    height: codedHeight!,
    duration: await input.computeDuration(),
    fastStart: bytes.indexOf("moov") < bytes.indexOf("mdat"),
    frames,
    // Two copies may be finished in either order.
    kept: new Map([...kept].sort(([a], [b]) => a - b)),
  };
}

/** I420 of Rec. 709 in limited range, which is what browsers take a film of this size for. */
async function copied(frame: VideoFrame): Promise<DecodedFrame> {
  const { codedWidth: width, codedHeight: height } = frame;
  if (frame.format !== "I420") throw new Error(`decoded to ${frame.format}, expected I420`);
  const planes = new Uint8Array(frame.allocationSize());
  const layout = await frame.copyTo(planes);
  return {
    width,
    height,
    time: frame.timestamp / 1e6,
    at: (x, y) => {
      const value = (plane: number, shift: number): number => {
        const { offset, stride } = layout[plane]!;
        return planes[offset + (y >> shift) * stride + (x >> shift)]!;
      };
      const luma = ((value(0, 0) - 16) * 255) / 219;
      const blue = ((value(1, 1) - 128) * 255) / 224;
      const red = ((value(2, 1) - 128) * 255) / 224;
      return [luma + 1.5748 * red, luma - 0.1873 * blue - 0.4681 * red, luma + 1.8556 * blue];
    },
  };
}
