import { readFile } from "node:fs/promises";
import { BufferSource, EncodedPacketSink, Input, MP4 } from "mediabunny";
import type { Page } from "playwright-core";
import { inkSaturation } from "./canvasInk.ts";

/** A film as the browser's own decoder shows it, which takes every codec that the page makes films with. */
export interface ShownFilm {
  readonly width: number;
  readonly height: number;
  /** In seconds. */
  readonly duration: number;
  readonly frames: number;
  /** Every fourth pixel that has a colour, of the first frame and of the last. */
  readonly coloured: readonly [first: number, last: number];
}

/** Takes an MP4 apart here, and has its pictures decoded in the page. */
export async function filmInPage(page: Page, file: string): Promise<ShownFilm> {
  const input = new Input({ formats: [MP4], source: new BufferSource(await readFile(file)) });
  const track = (await input.getPrimaryVideoTrack())!;
  const { description, codec, codedWidth, codedHeight } = (await track.getDecoderConfig())!;
  const packets: { type: "key" | "delta"; timestamp: number; data: string }[] = [];
  for await (const { type, timestamp, data } of new EncodedPacketSink(track).packets()) {
    packets.push({ type, timestamp, data: base64(data) });
  }
  const shown = await page.evaluate(
    async ({ config, parameters, packets, least }) => {
      const bytes = (text: string): Uint8Array<ArrayBuffer> =>
        Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
      const colouredIn = (frame: VideoFrame): number => {
        const pen = new OffscreenCanvas(frame.displayWidth, frame.displayHeight).getContext("2d")!;
        pen.drawImage(frame, 0, 0);
        const { data, width, height } = pen.getImageData(0, 0, frame.displayWidth, frame.displayHeight);
        let count = 0;
        for (let y = 0; y < height; y += 2) {
          for (let x = 0; x < width; x += 2) {
            const pixel = data.subarray(4 * (y * width + x), 4 * (y * width + x) + 3);
            if (Math.max(...pixel) - Math.min(...pixel) > least) count++;
          }
        }
        return count;
      };
      const sizes = new Set<string>();
      const coloured: number[] = [];
      let frames = 0;
      let failure: Error | null = null;
      const decoder = new VideoDecoder({
        output: (frame) => {
          if (frames === 0 || frames === packets.length - 1) coloured.push(colouredIn(frame));
          sizes.add(`${frame.displayWidth} ${frame.displayHeight}`);
          frames++;
          frame.close();
        },
        error: (error) => {
          failure = error;
        },
      });
      decoder.configure({ ...config, ...(parameters === null ? {} : { description: bytes(parameters) }) });
      for (const { type, timestamp, data } of packets) {
        decoder.decode(new EncodedVideoChunk({ type, timestamp: 1e6 * timestamp, data: bytes(data) }));
      }
      await decoder.flush();
      if (failure) throw failure;
      return { sizes: [...sizes], coloured, frames };
    },
    {
      config: { codec, ...(codedWidth && codedHeight ? { codedWidth, codedHeight } : {}) },
      parameters: description ? base64(new Uint8Array(description as ArrayBuffer)) : null,
      packets,
      least: inkSaturation,
    },
  );
  if (shown.sizes.length !== 1) throw new Error(`a film of frames in ${shown.sizes.length} sizes`);
  const [width, height] = shown.sizes[0]!.split(" ").map(Number);
  const [first, last] = shown.coloured;
  return {
    width: width!,
    height: height!,
    duration: await input.computeDuration(),
    frames: shown.frames,
    coloured: [first!, last!],
  };
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}
