import { Layout, type LayoutInput, umapPlan } from "kindred/workspace";

/** What a layout is asked of this worker with; and what it says, the map at last. */
export type LayoutReport =
  | { readonly type: "progress"; readonly part: number }
  | { readonly type: "done"; readonly positions: Float32Array<ArrayBuffer> }
  | { readonly type: "failed"; readonly reason: string };

/** A worker for one map; it is ended from outside, also in the middle of its work. */
self.onmessage = ({ data }: MessageEvent<Pick<LayoutInput, "neighbours" | "start">>): void => {
  const report = (message: LayoutReport): void => self.postMessage(message);
  try {
    const { neighbours, start } = data;
    const layout = new Layout(umapPlan(neighbours, start, { metric: "cosine", nNeighbors: neighbours.k }));
    while (!layout.done) {
      layout.step();
      report({ type: "progress", part: layout.epoch / layout.epochs });
    }
    report({ type: "done", positions: Float32Array.from(layout.positions) });
  } catch (error) {
    report({ type: "failed", reason: error instanceof Error ? error.message : String(error) });
  }
};
