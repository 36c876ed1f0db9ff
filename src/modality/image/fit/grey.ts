/**
 * Colours made grey as libvips does it, which decodes pictures in Node: in proportion to light, by Rec. 709. It goes from
 * light back to a byte along straight lines between 256 whole bytes, which in dark colours is a level beside the curve;
 * wherever else pictures are made grey for an encoder, the same has to come out.
 *
 * @see https://github.com/libvips/libvips/blob/master/libvips/colour/scRGB2BW.c
 */

/** Shares of red, green and blue in the brightness of light (Rec. 709). */
export const luminance = [0.2126, 0.7152, 0.0722] as const;

/** `[256]`: light, 0 to 1, of a byte of sRGB. */
export const lightOfByte: Float32Array<ArrayBuffer> = Float32Array.from({ length: 256 }, (_, byte) => {
  const value = byte / 255;
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
});

/** `[257]`: whole bytes of sRGB at 0, 1/255, 2/255 … of the light; the last twice. */
export const byteOfLight: Float32Array<ArrayBuffer> = Float32Array.from({ length: 257 }, (_, i) => {
  const light = Math.min(1, i / 255);
  return Math.round(255 * (light <= 0.0031308 ? 12.92 * light : 1.055 * light ** (1 / 2.4) - 0.055));
});

/** The grey of a colour; all are whole, 0 to 255. */
export function greyOf(red: number, green: number, blue: number): number {
  const light =
    luminance[0] * lightOfByte[red]! + luminance[1] * lightOfByte[green]! + luminance[2] * lightOfByte[blue]!;
  const place = Math.min(255, 255 * light);
  const below = Math.floor(place);
  const [from, to] = [byteOfLight[below]!, byteOfLight[below + 1]!];
  return Math.round(from + (to - from) * (place - below));
}
