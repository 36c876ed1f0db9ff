import type { ImageDataset } from "../modality/image/index.ts";

/** Whether labels say anything: pictures have them, and there is more than one class. */
export function labelsTell({ labels, labelled }: Pick<ImageDataset, "labels" | "labelled">): boolean {
  return labelled !== false && labels.some((label) => label !== labels[0]);
}
