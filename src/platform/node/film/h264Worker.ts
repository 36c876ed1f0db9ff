import { parentPort, workerData } from "node:worker_threads";
import h264 from "h264-mp4-encoder";
import type { H264Reply, H264Request, H264Task } from "./h264Protocol.ts";

/** A thread that encodes H.264: frames in I420 come in, an MP4 goes out. */
const { width, height, fps, quantizer, keyFrames } = workerData as H264Task;
const port = parentPort!;

const encoder = await h264.createH264MP4Encoder();
encoder.width = width;
encoder.height = height;
encoder.frameRate = fps;
encoder.quantizationParameter = quantizer;
encoder.groupOfPictures = keyFrames;
// Of 0 to 10: half of the time of 0, without the trails that 10 leaves behind moving points.
encoder.speed = 5;
encoder.initialize();

port.on("message", (frame: H264Request) => {
  if (frame !== null) {
    encoder.addFrameYuv(frame);
    port.postMessage({ type: "encoded" } satisfies H264Reply);
    return;
  }
  encoder.finalize();
  const mp4 = encoder.FS.readFile(encoder.outputFilename).slice();
  encoder.delete();
  port.postMessage({ type: "done", mp4 } satisfies H264Reply, [mp4.buffer]);
  port.close();
});
