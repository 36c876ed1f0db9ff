import type { OverlayContent } from "./mapOverlay.ts";

export interface SceneEvents {
  readonly pick: (row: number | null) => void;
  readonly hover: (row: number | null, x: number, y: number) => void;
  /** The view has come to rest. */
  readonly view: () => void;
  readonly lost: () => void;
  /** The first points are on the screen. */
  readonly painted: () => void;
}

/** What the overlay shows, by rows and places in the map's own frame. */
export interface SceneOverlay extends Omit<OverlayContent, "selected" | "links" | "ring"> {
  readonly selected: number | null;
  readonly links: readonly {
    readonly from: number | readonly [number, number, number];
    readonly to: number;
    readonly link: OverlayContent["links"][number]["link"];
  }[];
}
