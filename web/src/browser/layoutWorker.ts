import { Layout, type LayoutInput, umapPlan } from "kindred/workspace";
import { serveJob } from "../workers/job.ts";

serveJob(({ neighbours, start }: Pick<LayoutInput, "neighbours" | "start">, report) => {
  const layout = new Layout(umapPlan(neighbours, start, { metric: "cosine", nNeighbors: neighbours.k }));
  while (!layout.done) {
    layout.step();
    report(layout.epoch / layout.epochs);
  }
  return Float32Array.from(layout.positions);
});
