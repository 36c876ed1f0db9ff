import { variationHere } from "../../../modality/image/augment/varyPictures.ts";
import { serveThread } from "../threads/serveThread.ts";

/** A thread that varies the pictures of batches, one batch after the other. */
serveThread(variationHere.vary, { transfer: ({ buffer }) => [buffer] });
