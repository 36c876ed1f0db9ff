import {
  BufferTarget,
  CanvasSource,
  getFirstEncodableVideoCodec,
  Mp4OutputFormat,
  Output,
  type VideoCodec,
} from "mediabunny";

export interface EncodeOptions {
  readonly frames: number;
  readonly fps: number;
  readonly title: string;
  /** Draws a frame on the canvas, from 0. */
  readonly draw: (frame: number) => void;
  readonly onProgress: (done: number, total: number) => void;
}

/** H.264 plays everywhere; the others are for browsers that cannot encode it. */
const codecs: VideoCodec[] = ["avc", "vp9", "av1"];
const codecNames: Readonly<Partial<Record<VideoCodec, string>>> = { avc: "H.264", vp9: "VP9", av1: "AV1" };
/** Bits for a pixel of a frame: small sharp points on a plain ground, without visible blocks. */
const bitsPerPixel = 0.1;
const keyFrameSeconds = 2;

/** An MP4 of what is drawn on a canvas, encoded by the browser. */
export async function encodeFilm(
  canvas: OffscreenCanvas,
  { frames, fps, title, draw, onProgress }: EncodeOptions,
): Promise<{ readonly bytes: ArrayBuffer; readonly codec: string }> {
  const { width, height } = canvas;
  const bitrate = Math.round(width * height * fps * bitsPerPixel);
  const codec =
    typeof VideoEncoder === "undefined"
      ? null
      : await getFirstEncodableVideoCodec(codecs, { width, height, bitrate });
  if (!codec) {
    throw new Error("this browser encodes no video (H.264, VP9 or AV1): make the film with kindred animate");
  }
  const target = new BufferTarget();
  const output = new Output({ format: new Mp4OutputFormat({ fastStart: "in-memory" }), target });
  const source = new CanvasSource(canvas, { codec, bitrate, keyFrameInterval: keyFrameSeconds });
  output.addVideoTrack(source, { frameRate: fps });
  output.setMetadataTags({ title });
  await output.start();
  for (let frame = 0; frame < frames; frame++) {
    draw(frame);
    await source.add(frame / fps, 1 / fps);
    onProgress(frame + 1, frames);
  }
  await output.finalize();
  if (!target.buffer) throw new Error("the film came out empty");
  return { bytes: target.buffer, codec: codecNames[codec] ?? codec };
}
