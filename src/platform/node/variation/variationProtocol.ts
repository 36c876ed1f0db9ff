import type { VariedBatch } from "../../../modality/image/index.ts";

/** What the main thread asks a thread for: a batch whose pixels are given away. */
export interface VariationRequest {
  readonly id: number;
  readonly batch: VariedBatch;
}

/** What comes back: the pictures, or why there are none. */
export type VariationReply =
  | { readonly id: number; readonly images: Float32Array<ArrayBuffer> }
  | { readonly id: number; readonly error: string };
