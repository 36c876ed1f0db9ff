import { afterEach, describe, expect, it } from "vitest";
import golden from "../../../../test/golden/umapClusters.json" with { type: "json" };
import { AbortedError, InputError, KindredError, Rng } from "../../../base/index.ts";
import { fitUmap } from "./umap.ts";
import { runUmapTask } from "./umapClient.ts";
import { clusters } from "./umapClusters.fixture.ts";
import { sharedFloats } from "./umapProtocol.ts";

const { dim, count } = golden.clusters;

const { points } = clusters(golden.clusters);
const more = clusters({ ...golden.clusters, count: count + 1000 });
const fresh = { points: more.points.subarray(count * dim) };
/** So many that their layout is in rounds, which threads share. */
const manyCount = 5000;
const many = clusters({ ...golden.clusters, count: manyCount }).points;
const timers: NodeJS.Timeout[] = [];
afterEach(() => timers.splice(0).forEach(clearInterval));

describe("the map", () => {
  // As good as umap-learn's: test/golden/umapQuality.test.ts.
  it("is the same for a seed, and another for another", async () => {
    const some = points.subarray(0, 300 * dim);
    const map = async (seed: number): Promise<Float32Array> =>
      (await fitUmap(some, dim, { seed, nEpochs: 50 })).positions;
    const first = await map(3);
    expect(await map(3)).toEqual(first);
    expect(await map(4)).not.toEqual(first);
  });

  it("is the same to the bit on any number of threads", async () => {
    const map = async (threads: number): Promise<Float32Array> =>
      (await fitUmap(many, dim, { threads, nEpochs: 10 })).positions;
    const first = await map(1);
    for (const threads of [2, 3, 40]) expect(await map(threads)).toEqual(first);
  });

  it("puts new points where it put them before, and refuses what does not fit", async () => {
    const map = await fitUmap(points, dim, { nEpochs: 20 });
    const placed = await map.transform(fresh.points);
    expect(await map.transform(fresh.points)).toEqual(placed);
    expect(await map.transform(new Float32Array(0))).toEqual(new Float32Array(0));
    await expect(map.transform(fresh.points.with(dim * 7 + 1, Number.NaN))).rejects.toThrow(
      /^row 7 of the new vectors holds NaN at column 1/,
    );
    await expect(map.transform(fresh.points.subarray(1))).rejects.toThrow(/expected rows of dim/);
    const stopped = map.transform(fresh.points, { signal: AbortSignal.timeout(1) });
    await expect(stopped).rejects.toThrow(AbortedError);
  });

  it("is made of two points or of one dimension too", async () => {
    for (const [vectors, width] of [
      [Float32Array.of(1, 2), 1],
      [Float32Array.of(1, 2, 3, 1, 5, 3), 3],
    ] as const) {
      const { positions } = await fitUmap(vectors, width, { nNeighbors: 2, nEpochs: 20 });
      expect(positions.length).toBe((vectors.length / width) * 2);
      expect(positions.every(Number.isFinite)).toBe(true);
    }
  });
});

describe("the event loop", () => {
  it("stays free, and hears of each stage in order", async () => {
    let turns = 0;
    timers.push(setInterval(() => turns++, 5));
    const stages: string[] = [];
    let last = { stage: "", done: 0, total: 1 };
    await fitUmap(points, dim, {
      onProgress: (progress) => {
        if (progress.stage !== last.stage) stages.push(progress.stage);
        else expect(progress.done).toBeGreaterThanOrEqual(last.done);
        last = progress;
      },
    });
    expect(stages).toEqual(["neighbours", "graph", "layout"]);
    expect(last).toEqual({ stage: "layout", done: 500, total: 500 });
    // On this thread, the layout alone would let no timer run.
    expect(turns).toBeGreaterThan(10);
  });
});

describe("stopping", () => {
  it.each([
    ["neighbours", 1],
    ["graph", 1],
    ["layout", 1],
    ["layout", 3],
  ] as const)("in the stage %s, on %i threads, ends all", async (stage, threads) => {
    const stop = new AbortController();
    // Of 1,000 points the layout would not be in rounds.
    const run = fitUmap(threads === 1 ? points : many, dim, {
      threads,
      // So many that only stopping ends it in time.
      nEpochs: 10_000_000,
      signal: stop.signal,
      onProgress: (progress) => {
        if (progress.stage === stage) stop.abort();
      },
    });
    await expect(run).rejects.toThrow(AbortedError);
    expect(process.getActiveResourcesInfo()).not.toContain("MessagePort");
  });

  it("between two blocks of neighbours ends no call of ONNX Runtime, which would end the process", async () => {
    for (const rows of [0, 500, 2000]) {
      const stop = new AbortController();
      const run = fitUmap(many, dim, {
        // So many that only stopping ends it in time: how far it is when it tells of its progress is the clock's matter.
        nEpochs: 10_000_000,
        signal: stop.signal,
        onProgress: ({ done }) => {
          if (done > rows) stop.abort();
        },
      });
      await expect(run).rejects.toThrow(AbortedError);
    }
    const failing = fitUmap(many, dim, {
      onProgress: () => {
        throw new Error("of the caller");
      },
    });
    await expect(failing).rejects.toThrow(/^of the caller$/);
  });

  it("before the start does no work", async () => {
    const run = fitUmap(points, dim, { signal: AbortSignal.abort() });
    await expect(run).rejects.toThrow(AbortedError);
  });
});

describe("few vectors in many dimensions", () => {
  const [rows, wide] = [80, 4000];
  const rng = Rng.of(21, "wide");
  /** Two clusters, far apart. */
  const clouds = Float32Array.from(
    { length: rows * wide },
    (_, at) => rng.normal() + (at < 40 * wide ? 2 : -2),
  );

  it("are mapped, each near its own", async () => {
    const { positions } = await fitUmap(clouds, wide, { nEpochs: 100 });
    const far = (a: number, b: number): number =>
      Math.hypot(positions[2 * a]! - positions[2 * b]!, positions[2 * a + 1]! - positions[2 * b + 1]!);
    for (let row = 0; row < rows; row++) {
      const others = [...Array(rows).keys()].filter((other) => other !== row);
      const nearest = others.reduce((best, other) => (far(row, other) < far(row, best) ? other : best));
      expect(nearest < 40).toBe(row < 40);
    }
  });

  it("are refused where a distance is beyond float32", async () => {
    const run = fitUmap(
      clouds.map((value) => value * 3e37),
      wide,
      { nEpochs: 2 },
    );
    await expect(run).rejects.toThrow(InputError);
    await expect(run).rejects.toThrow(/^row \d+ .*float32/);
  });
});

describe("bad input", () => {
  const holed = points.with(17 * dim + 3, Number.NaN);
  const zeroed = points.slice().fill(0, 4 * dim, 5 * dim);
  const progress: string[] = [];
  const onProgress = ({ stage }: { stage: string }): number => progress.push(stage);

  it.each([
    [points.subarray(0, 5 * dim), { nNeighbors: 15 }, /^5 points are fewer than nNeighbors 15: add points/],
    [holed, {}, /^row 17 of the embeddings holds NaN at column 3, expected finite numbers/],
    [zeroed, { metric: "cosine" as const }, /^row 4 of the embeddings is all zeros/],
    [points, { minDist: 2 }, /^minDist is 2, expected/],
    [points, { threads: 0.5 }, /^threads is 0.5, expected an integer from 1$/],
    [points, { pcaDims: 1 }, /^pcaDims is 1, expected an integer from 2 to \d+ for/],
    [points.subarray(1), {}, /^\d+ numbers were given, expected rows of dim/],
  ])("is refused before any work, case %#", async (vectors, options, message) => {
    const run = fitUmap(vectors, dim, { ...options, onProgress });
    await expect(run).rejects.toThrow(InputError);
    await expect(run).rejects.toThrow(message);
    expect(progress).toEqual([]);
  });

  it("that only the thread finds keeps its class and message", async () => {
    const task = {
      type: "fit" as const,
      vectors: sharedFloats(40 * dim),
      dim,
      options: {},
      device: undefined,
      positions: sharedFloats(80),
      pcaDims: dim + 1,
      threads: 1,
    };
    await expect(runUmapTask(task, {})).rejects.toThrow(InputError);
    // Not what a thread can work with: its own error comes back, not silence.
    const broken = { ...task, pcaDims: undefined, vectors: sharedFloats(3) };
    await expect(runUmapTask(broken, {})).rejects.toThrow(KindredError);
  });
});
