import type { ImageQuery } from "kindred/workspace";

/** The first file of what is dropped or pasted; null for none. */
export function carriedFile(data: DataTransfer | null): File | null {
  return data?.files[0] ?? null;
}

/** What is done to a picture before the encoder sees it, in words. */
export function fittingText({ fitting }: ImageQuery): string {
  const { size, channels, fit, background = "#000000" } = fitting;
  const ground = { "#000000": "black", "#ffffff": "white" }[background] ?? background;
  const how = {
    cover: "cut to its middle",
    contain: `whole, on ${ground}`,
    stretch: "stretched to a square",
  }[fit];
  return `${size} x ${size}, ${channels === 1 ? "grey" : "in colour"}, ${how}`;
}
