import { AbortedError } from "../base/index.ts";
import { fitUmap, type UmapProgress } from "../platform/node/umap/umap.ts";
import type { Runtime } from "../runtime/index.ts";
import { encodeMessage, type SpaceHost, type SpaceMessage, Spaces } from "../workspace/index.ts";
import { namesOf, type OpenRun } from "./openedRun.ts";
import { Problem, reasonOf } from "./problem.ts";
import { embeddingsKey, readSpace, spaceFile, writeSpace } from "./spaceCache.ts";

export interface FolderSpacesOptions {
  readonly runtime: () => Promise<Runtime>;
  /** Why no space can be computed now, one line; null where it can. */
  readonly hindrance: () => string | null;
}

/** Spaces of runs in folders, which are kept there. */
export function folderSpaces({ runtime, hindrance }: FolderSpacesOptions): Spaces<OpenRun> {
  return new Spaces({
    runtime,
    hindrance,
    embeddingsKey,
    layout,
    refusal: (reason) => new Problem(409, reason),
    towers: (run, checkpoint, options) => run.towers(checkpoint, options),
    store: {
      read: (run, checkpoint, key) => readSpace(spaceFile(run, checkpoint, key)),
      write: async (run, checkpoint, key, messages) => {
        try {
          await writeSpace(spaceFile(run, checkpoint, key), messages);
        } catch (error) {
          // It can be looked at all the same, and is computed again the next time.
          const reason = reasonOf(error, namesOf(run));
          process.stderr.write(`kindred: the space of checkpoint ${checkpoint} was not kept: ${reason}\n`);
        }
      },
    },
  });
}

/** What a listener may leave unread before it is told no more of the progress. */
const mostUnread = 2 ** 20;

/** The messages of `SpaceHead`, as bytes; who stops reading lets go of the computation. */
export function spaceStream(
  spaces: Spaces<OpenRun>,
  run: OpenRun,
  checkpoint: number,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const leaving = new AbortController();
  return new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      start: (controller) => {
        const send = (message: SpaceMessage): void => {
          if (message.head.type === "progress" && controller.desiredSize! <= 0) return;
          controller.enqueue(encodeMessage(message));
        };
        const fail = (error: unknown): void => {
          if (leaving.signal.aborted) return;
          const reason =
            error instanceof AbortedError ? "the computation was stopped" : reasonOf(error, namesOf(run));
          send({ head: { type: "failed", reason }, arrays: {} });
          controller.close();
        };
        void spaces.tell(run, checkpoint, send, leaving.signal).then(() => controller.close(), fail);
      },
      cancel: () => leaving.abort(),
    },
    new ByteLengthQueuingStrategy({ highWaterMark: mostUnread }),
  );
}

const layout: SpaceHost<OpenRun>["layout"] = async (
  { units, dim, neighbours: { k } },
  { onProgress, signal },
) => {
  const { positions } = await fitUmap(units, dim, {
    ...{ metric: "cosine", nNeighbors: k, seed: 0 },
    ...(signal ? { signal } : {}),
    onProgress: ({ stage, done, total }) => onProgress(umapPart(stage, done / total)),
  });
  return positions;
};

/** The neighbours take about a sixth of the time, and the graph little. */
function umapPart(stage: UmapProgress["stage"], part: number): number {
  const [from, to] = { neighbours: [0, 0.15], graph: [0.15, 0.2], layout: [0.2, 1] }[stage] as [
    number,
    number,
  ];
  return from + part * (to - from);
}
