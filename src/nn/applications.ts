import type { Tensor } from "../graph/index.ts";
import { expand, reshape } from "../ops/index.ts";

/**
 * A batch of several applications in turn with these side by side as channels: `[n g, c, ...] -> [n, g c, ...]`,
 * the same values in the same order. Per-channel statistics of the result are those of each application.
 */
export function applicationsAsChannels(x: Tensor, applications: number): Tensor {
  const [n, c, ...spatial] = x.shape as [number, number, ...number[]];
  return reshape(x, [n / applications, applications * c, ...spatial]);
}

/** A value for each channel, `[c]`, for the channels of each application, `[g c]`. */
export function forEachApplication(x: Tensor, applications: number): Tensor {
  const channels = x.shape[0]!;
  if (applications === 1) return x;
  return reshape(expand(reshape(x, [1, channels]), [applications, channels]), [applications * channels]);
}
