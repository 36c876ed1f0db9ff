import type { EncoderDescription } from "../../../runs/index.ts";

/** `resample` of `PIL.Image`, which image processors name filters by. */
const lanczos = 1;

/**
 * `config.json` of a folder that `@huggingface/transformers` loads. The library chooses by `model_type` a class that runs
 * a model; ResNet's runs one graph from `pixel_values` and gives its outputs as they are, which is all that is wanted.
 */
export function transformersConfig(description: EncoderDescription, version: string): object {
  const { encoder, dim, preprocessing, normalized, classes, fingerprint } = description;
  return {
    architectures: ["ResNetModel"],
    model_type: "resnet",
    hidden_sizes: [dim],
    num_channels: 3,
    image_size: preprocessing.size,
    kindred: { version, encoder, dim, preprocessing, normalized, classes, fingerprint },
    "transformers.js_config": { dtype: "fp32" },
  };
}

/** `preprocessor_config.json`: what brings the library's image processor nearest to `preprocessPicture`. */
export function transformersPreprocessor({ preprocessing: { size, fit } }: EncoderDescription): object {
  const square = { width: size, height: size };
  const resized = {
    cover: { size: { shortest_edge: size }, do_center_crop: true, crop_size: square },
    // Cutting a square out of what is narrower puts black around it.
    contain: { size: { longest_edge: size }, do_center_crop: true, crop_size: square },
    stretch: { size: square, do_center_crop: false },
  }[fit];
  return {
    image_processor_type: "ViTImageProcessor",
    do_convert_rgb: true,
    do_resize: true,
    resample: lanczos,
    ...resized,
    do_rescale: true,
    rescale_factor: 1 / 255,
    do_normalize: true,
    image_mean: [0.5, 0.5, 0.5],
    image_std: [0.5, 0.5, 0.5],
  };
}
