import type { RgbPicture } from "../../src/pretrained/index.ts";

/** As `picture` of `pretrained.py`. */
export function picture([width, height]: readonly [number, number]): RgbPicture & { readonly channels: 3 } {
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => {
    const [c, x, y] = [i % 3, Math.floor(i / 3) % width, Math.floor(i / 3 / width)];
    return Math.floor((5 * x * x) / 7) + 9 * y + 60 * c + ((x * y) % 37);
  });
  return { data, width, height, channels: 3 };
}

/** As `recording` of `pretrained.py`. */
export function recording(
  seconds: number,
  rate: number,
): { readonly samples: Float32Array; readonly sampleRate: number } {
  const samples = Float32Array.from(
    { length: Math.round(seconds * rate) },
    (_, t) => Math.sin(t * t * (seconds * 4e-7)) * 0.5 + Math.sin(t * 0.031) * 0.3,
  );
  return { samples, sampleRate: rate };
}
