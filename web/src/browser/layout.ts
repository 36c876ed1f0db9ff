import type { SpaceTools } from "kindred/workspace";
import { doneBy } from "../workers/job.ts";

/** Lays a map out in a worker of its own, so that whoever asks stays free. */
export const layoutInWorker: SpaceTools["layout"] = ({ neighbours, start }, options) =>
  doneBy(
    new Worker(new URL("./layoutWorker.ts", import.meta.url), { type: "module", name: "layout" }),
    { neighbours, start },
    options,
  );
