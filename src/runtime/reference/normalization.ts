import { normalizeAxis, sizeOf } from "../../base/index.ts";
import { type Array64, type Kernel, zeros } from "./array64.ts";
import { broadcastOffsets, viewAxis } from "./indices.ts";

/** `(x - mean) / sqrt(variance + epsilon) * scale + bias`, each of them one number a channel (axis 1). */
export const batchNormalization: Kernel<"BatchNormalization"> = (
  { epsilon },
  x,
  scale,
  bias,
  mean,
  variance,
) => {
  const y = zeros(x.dtype, x.shape);
  const { extent: channels, inner } = viewAxis(x.shape, 1);
  for (let place = 0; place < x.data.length; place++) {
    const c = Math.floor(place / inner) % channels;
    const normalized = (x.data[place]! - mean.data[c]!) / Math.sqrt(variance.data[c]! + epsilon);
    y.data[place] = normalized * scale.data[c]! + bias.data[c]!;
  }
  return [y];
};

/** `(x - mean) / sqrt(variance + epsilon) * scale + bias`, mean and (biased) variance over `axis` and all that follow. */
export const layerNormalization: Kernel<"LayerNormalization"> = (
  { axis, epsilon },
  x,
  scale,
  bias?: Array64,
) => {
  const first = normalizeAxis(axis, x.shape.length);
  const size = sizeOf(x.shape.slice(first));
  const y = zeros(x.dtype, x.shape);
  const scaleOffsets = broadcastOffsets(scale.shape, x.shape);
  const biasOffsets = bias && broadcastOffsets(bias.shape, x.shape);
  for (let start = 0; start < x.data.length; start += size) {
    const values = x.data.subarray(start, start + size);
    const mean = values.reduce((sum, value) => sum + value, 0) / size;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / size;
    for (let place = start; place < start + size; place++) {
      const normalized = (x.data[place]! - mean) / Math.sqrt(variance + epsilon);
      const shift = bias && biasOffsets ? bias.data[biasOffsets[place]!]! : 0;
      y.data[place] = normalized * scale.data[scaleOffsets[place]!]! + shift;
    }
  }
  return [y];
};
