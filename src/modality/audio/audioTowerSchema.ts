import { z } from "zod";

const positive = z.number().positive();
const count = z.int().positive();

/** What an audio tower is made with, as a file keeps it, see `AudioTowerOptions`. */
export const audioTowerSchema = z.strictObject({
  sampleRate: count.optional(),
  seconds: positive.optional(),
  melBins: count.optional(),
  frame: positive.optional(),
  hop: positive.optional(),
  lowest: z.number().nonnegative().optional(),
  highest: positive.optional(),
  dim: count.optional(),
  width: count.optional(),
  parts: count.optional(),
  dropout: z.number().min(0).lt(1).optional(),
  masked: z.number().min(0).lt(1).optional(),
});
