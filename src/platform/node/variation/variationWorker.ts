import { parentPort } from "node:worker_threads";
import { variationHere } from "../../../modality/image/augment/varyPictures.ts";
import type { VariationReply, VariationRequest } from "./variationProtocol.ts";

/** A thread that varies the pictures of batches, one batch after the other. */
parentPort!.on("message", async ({ id, batch }: VariationRequest) => {
  try {
    const images = await variationHere.vary(batch);
    parentPort!.postMessage({ id, images } satisfies VariationReply, [images.buffer]);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    parentPort!.postMessage({ id, error: reason } satisfies VariationReply);
  }
});
