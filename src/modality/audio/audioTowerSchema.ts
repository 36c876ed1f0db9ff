import { z } from "zod";

const positive = z.number().positive();
const count = z.int().positive();

/** What an audio tower is made with, as a file keeps it, see `AudioTowerOptions`. */
export const audioTowerSchema = z.strictObject({
  sampleRate: count.exactOptional(),
  seconds: positive.exactOptional(),
  melBins: count.exactOptional(),
  frame: positive.exactOptional(),
  hop: positive.exactOptional(),
  lowest: z.number().nonnegative().exactOptional(),
  highest: positive.exactOptional(),
  dim: count.exactOptional(),
  width: count.exactOptional(),
  parts: count.exactOptional(),
  dropout: z.number().min(0).lt(1).exactOptional(),
  masked: z.number().min(0).lt(1).exactOptional(),
});
