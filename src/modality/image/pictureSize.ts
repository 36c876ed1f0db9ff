import { InputError } from "../../base/index.ts";
import type { ImageDataset } from "./imageDataset.ts";

/** @throws InputError naming both sizes. */
export function requirePictureSize(dataset: ImageDataset, inputShape: readonly number[]): void {
  const { name, channels, height, width } = dataset;
  if ([channels, height, width].join() === inputShape.join()) return;
  throw new InputError(
    `${name} has pictures of ${[channels, height, width].join(" x ")} (channels, height, width), the encoder takes ${inputShape.join(" x ")}: give arrays of that size, or picture files, which are made so`,
  );
}
