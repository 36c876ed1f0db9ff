import { type Array64, type Kernel, zeros } from "./array64.ts";
import { planeOf, windowsAlong } from "./windows.ts";

/** `y[n,o,i,j] = bias[o] + sum over c,a,b of x[n, c, i*stride + a*dilation - pad, ...] * weight[o,c,a,b]`, c within o's group. */
export const conv: Kernel<"Conv"> = (attributes, x, weight, bias?: Array64) => {
  const { kernel_shape, strides, pads, dilations, group } = attributes;
  const [batch, , height, width] = planeOf(x.shape);
  const [channels, groupInputs, kernelHeight, kernelWidth] = planeOf(weight.shape);
  const [outHeight, outWidth] = windowsAlong([height, width], { kernel_shape, strides, pads, dilations });
  const inputs = groupInputs * group;
  const y = zeros(x.dtype, [batch, channels, outHeight, outWidth]);
  let place = 0;
  for (let n = 0; n < batch; n++) {
    for (let o = 0; o < channels; o++) {
      const firstInput = Math.floor(o / (channels / group)) * groupInputs;
      for (let i = 0; i < outHeight; i++) {
        for (let j = 0; j < outWidth; j++) {
          let sum = bias ? bias.data[o]! : 0;
          for (let c = 0; c < groupInputs; c++) {
            const plane = n * inputs + firstInput + c;
            const filter = o * groupInputs + c;
            for (let a = 0; a < kernelHeight; a++) {
              const row = i * strides[0]! + a * dilations[0]! - pads[0]!;
              if (row < 0 || row >= height) continue;
              for (let b = 0; b < kernelWidth; b++) {
                const column = j * strides[1]! + b * dilations[1]! - pads[1]!;
                if (column < 0 || column >= width) continue;
                sum +=
                  x.data[(plane * height + row) * width + column]! *
                  weight.data[(filter * kernelHeight + a) * kernelWidth + b]!;
              }
            }
          }
          y.data[place++] = sum;
        }
      }
    }
  }
  return [y];
};

/** The transpose of {@link conv}: each input element adds its multiple of the filter to the output. */
export const convTranspose: Kernel<"ConvTranspose"> = (attributes, x, weight, bias?: Array64) => {
  const { strides, pads, dilations, group, output_padding } = attributes;
  const [batch, channels, height, width] = planeOf(x.shape);
  const [, groupOutputs, kernelHeight, kernelWidth] = planeOf(weight.shape);
  const outHeight =
    strides[0]! * (height - 1) +
    output_padding[0]! +
    dilations[0]! * (kernelHeight - 1) +
    1 -
    pads[0]! -
    pads[2]!;
  const outWidth =
    strides[1]! * (width - 1) +
    output_padding[1]! +
    dilations[1]! * (kernelWidth - 1) +
    1 -
    pads[1]! -
    pads[3]!;
  const outputs = groupOutputs * group;
  const y = zeros(x.dtype, [batch, outputs, outHeight, outWidth]);
  if (bias) {
    const area = outHeight * outWidth;
    y.data.set(y.data.map((_, place) => bias.data[Math.floor(place / area) % outputs]!));
  }
  for (let n = 0; n < batch; n++) {
    for (let c = 0; c < channels; c++) {
      const firstOutput = Math.floor(c / (channels / group)) * groupOutputs;
      for (let i = 0; i < height; i++) {
        for (let j = 0; j < width; j++) {
          const value = x.data[((n * channels + c) * height + i) * width + j]!;
          for (let o = 0; o < groupOutputs; o++) {
            const plane = n * outputs + firstOutput + o;
            const filter = c * groupOutputs + o;
            for (let a = 0; a < kernelHeight; a++) {
              const row = i * strides[0]! + a * dilations[0]! - pads[0]!;
              if (row < 0 || row >= outHeight) continue;
              for (let b = 0; b < kernelWidth; b++) {
                const column = j * strides[1]! + b * dilations[1]! - pads[1]!;
                if (column < 0 || column >= outWidth) continue;
                const place = (plane * outHeight + row) * outWidth + column;
                y.data[place]! += value * weight.data[(filter * kernelHeight + a) * kernelWidth + b]!;
              }
            }
          }
        }
      }
    }
  }
  return [y];
};
