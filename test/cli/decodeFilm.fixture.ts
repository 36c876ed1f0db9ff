import { readFile } from "node:fs/promises";
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
  readonly colorSpace: unknown;
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

interface Decoder {
  /** Takes one unit, begun with its start code. */
  decode(unit: Uint8Array): void;
  release(): void;
}

interface DecoderClass {
  new (module: object, onPicture: (planes: Uint8Array, width: number, height: number) => void): Decoder;
}

/** Android's H.264 decoder, which shares no line with the encoder. It believes itself in a browser's worker. */
async function newDecoder(
  onPicture: (planes: Uint8Array, width: number, height: number) => void,
): Promise<Decoder> {
  Object.assign(globalThis, { self: { location: { href: "" } } });
  const { default: load } = (await import("tinyh264/lib/TinyH264.js" as string)) as {
    default: () => Promise<object>;
  };
  const { default: TinyH264Decoder } = (await import("tinyh264/lib/TinyH264Decoder.js" as string)) as {
    default: DecoderClass;
  };
  return new TinyH264Decoder(await load(), onPicture);
}

const startCode = Buffer.from([0, 0, 0, 1]);

/** Demuxes an MP4 and decodes all of it, keeping the frames whose numbers are given; negative ones count from the end. */
export async function decodeFilm(file: string, keep: readonly number[]): Promise<DecodedFilm> {
  const bytes = await readFile(file);
  const input = new Input({ formats: [MP4], source: new BufferSource(bytes) });
  const track = (await input.getPrimaryVideoTrack())!;
  const config = (await track.getDecoderConfig())!;
  const { packetCount } = await track.computePacketStats();
  const wanted = new Set(keep.map((number) => (number < 0 ? packetCount + number : number)));
  const kept = new Map<number, DecodedFrame>();
  const { codec, codedWidth, codedHeight, description } = config;
  let frames = 0;
  let time = 0;
  const decoder = await newDecoder((planes, width, height) => {
    const number = frames++;
    if (wanted.has(number)) kept.set(number, frame(planes.slice(), width, height, time));
  });
  for (const unit of parameterSets(Buffer.from(description as Uint8Array))) {
    decoder.decode(Buffer.concat([startCode, unit]));
  }
  for await (const packet of new EncodedPacketSink(track).packets()) {
    time = packet.timestamp;
    for (const unit of units(Buffer.from(packet.data))) decoder.decode(Buffer.concat([startCode, unit]));
  }
  decoder.release();
  return {
    codec: await track.getCodec(),
    codecString: codec,
    mimeType: await input.getMimeType(),
    colorSpace: config.colorSpace,
    width: codedWidth!,
    height: codedHeight!,
    duration: await input.computeDuration(),
    fastStart: bytes.indexOf("moov") < bytes.indexOf("mdat"),
    frames,
    kept,
  };
}

/** The sequence's and the picture's parameters in an `avcC` box (ISO/IEC 14496-15, 5.3.3.1). */
function parameterSets(description: Buffer): Buffer[] {
  const sets: Buffer[] = [];
  let at = 5;
  for (const mask of [0x1f, 0xff]) {
    let count = description[at++]! & mask;
    while (count-- > 0) {
      const length = description.readUInt16BE(at);
      sets.push(description.subarray(at + 2, at + 2 + length));
      at += 2 + length;
    }
  }
  return sets;
}

/** The units of a packet, each behind its length. */
function* units(packet: Buffer): Generator<Buffer> {
  for (let at = 0; at < packet.length; ) {
    const length = packet.readUInt32BE(at);
    yield packet.subarray(at + 4, at + 4 + length);
    at += 4 + length;
  }
}

/** A picture of I420 of Rec. 709 in limited range, which is what browsers take a film of this size for. */
function frame(planes: Uint8Array, width: number, height: number, time: number): DecodedFrame {
  const half = width >> 1;
  const blueAt = width * height;
  const redAt = blueAt + half * (height >> 1);
  return {
    width,
    height,
    time,
    at: (x, y) => {
      const place = (y >> 1) * half + (x >> 1);
      const luma = ((planes[y * width + x]! - 16) * 255) / 219;
      const blue = ((planes[blueAt + place]! - 128) * 255) / 224;
      const red = ((planes[redAt + place]! - 128) * 255) / 224;
      return [luma + 1.5748 * red, luma - 0.1873 * blue - 0.4681 * red, luma + 1.8556 * blue];
    },
  };
}
