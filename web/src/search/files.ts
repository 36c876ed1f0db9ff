import { fittingOf, type RunInfo } from "kindred/workspace";

/** What is asked about. */
export interface Taken {
  readonly name: string;
  /** Null for a picture of the run's own. */
  readonly file: Blob | null;
}

/** The first file of what is dropped or pasted; null for none. */
export function carriedFile(data: DataTransfer | null): File | null {
  return data?.files[0] ?? null;
}

/** What is done to a picture before the encoder sees it, in words. */
export function fittingText(run: Pick<RunInfo, "preprocessing" | "input" | "classNames">): string {
  const { size, channels, fit, background = "#000000" } = fittingOf(run);
  const ground = { "#000000": "black", "#ffffff": "white" }[background] ?? background;
  const how = {
    cover: "cut to its middle",
    contain: `whole, on ${ground}`,
    stretch: "stretched to a square",
  }[fit];
  return `${size} x ${size}, ${channels === 1 ? "grey" : "in colour"}, ${how}`;
}
