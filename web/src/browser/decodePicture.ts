import { BackendError, pictureHeader } from "kindred/workspace";

const mostBytes = 10_000_000;
const mostPixels = 16_000_000;
const longestSide = 1024;

export interface DecodedPicture {
  readonly width: number;
  readonly height: number;
  /** Red, green, blue and alpha, `[height, width, 4]`. */
  readonly pixels: Uint8ClampedArray;
}

/**
 * The pixels of a picture file, made smaller to at most 1,024 a side. How large it is says its head, which is read
 * before anything is decoded.
 *
 * @throws BackendError when it is too large, or no picture that can be decoded.
 */
export async function decodePicture(file: Blob): Promise<DecodedPicture> {
  if (file.size > mostBytes) {
    throw new BackendError(
      `the picture file has ${(file.size / 1e6).toFixed(1)} MB, expected at most 10 MB: make it smaller`,
    );
  }
  const header = pictureHeader(new Uint8Array(await file.arrayBuffer()));
  if (!header) {
    throw new BackendError("the file is no picture that can be read, expected PNG, JPEG, WebP, GIF or BMP");
  }
  const { format, width, height } = header;
  if (width === 0 || height === 0 || width * height > mostPixels) {
    throw new BackendError(
      `the ${format} is ${width} x ${height} pixels, expected at most 16,000,000 in all: make it smaller`,
    );
  }
  let image: ImageBitmap;
  try {
    image = await createImageBitmap(file);
  } catch (error) {
    throw new BackendError(`the ${format} could not be decoded, it may be damaged: save it anew`, {
      cause: error,
    });
  }
  try {
    return pixelsOf(image);
  } finally {
    image.close();
  }
}

function pixelsOf(image: ImageBitmap): DecodedPicture {
  const scale = Math.min(1, longestSide / Math.max(image.width, image.height));
  const width = Math.max(1, Math.round(image.width * scale));
  const height = Math.max(1, Math.round(image.height * scale));
  const context = new OffscreenCanvas(width, height).getContext("2d");
  if (!context)
    throw new BackendError("this browser cannot draw a picture outside the page: use another one");
  context.imageSmoothingQuality = "high";
  context.drawImage(image, 0, 0, width, height);
  return { width, height, pixels: context.getImageData(0, 0, width, height).data };
}
