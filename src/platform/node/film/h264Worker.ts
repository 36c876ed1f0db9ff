import h264 from "h264-mp4-encoder";
import { serveThread, threadData } from "../threads/serveThread.ts";
import type { VideoSize } from "./videoCodec.ts";

/** What the thread is started with. */
export interface H264Task extends VideoSize {
  readonly fps: number;
  /** How coarsely it quantises, from 10 to 51: six more is twice as coarse. */
  readonly quantizer: number;
  /** Frames from one that a player can jump to, to the next. */
  readonly keyFrames: number;
}

/** A thread that encodes H.264: frames in I420 come in, and at their end, for `null`, an MP4 of all of them goes out. */
const { width, height, fps, quantizer, keyFrames } = threadData<H264Task>();

const encoder = await h264.createH264MP4Encoder();
encoder.width = width;
encoder.height = height;
encoder.frameRate = fps;
encoder.quantizationParameter = quantizer;
encoder.groupOfPictures = keyFrames;
// Of 0 to 10: half of the time of 0, without the trails that 10 leaves behind moving points.
encoder.speed = 5;
encoder.initialize();

serveThread(
  (frame: Uint8Array<ArrayBuffer> | null): Uint8Array<ArrayBuffer> | null => {
    if (frame !== null) {
      encoder.addFrameYuv(frame);
      return null;
    }
    encoder.finalize();
    const mp4 = encoder.FS.readFile(encoder.outputFilename).slice();
    encoder.delete();
    return mp4;
  },
  { transfer: (mp4) => (mp4 === null ? [] : [mp4.buffer]) },
);
