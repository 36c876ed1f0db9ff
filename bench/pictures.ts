import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { readDataset } from "../src/node.ts";
import { drawPictures } from "./drawPictures.ts";
import { runPeer } from "./peer.ts";
import { measured } from "./results.ts";

const rounds = 5;
const pictures = 2000;
const size = 64;

/**
 * Pictures a second from JPEG files of 400 x 300 to bytes of 64 x 64, as they are when a training begins: ours with an empty
 * cache, which is written too, and with a full one; beside torchvision's loader, in turn.
 */
export async function benchPictures(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "kindred-bench-pictures-"));
  const before = process.env.KINDRED_CACHE;
  try {
    const data = join(folder, "data");
    await drawPictures(data, pictures);
    const cold: number[] = [];
    const warm: number[] = [];
    const theirs: number[] = [];
    let peer = "";
    for (let round = 0; round < rounds; round++) {
      process.env.KINDRED_CACHE = join(folder, `cache-${round}`);
      cold.push(await picturesPerSecond(data));
      warm.push(await picturesPerSecond(data));
      const result = await runPeer("pictures.py", [data, size, workers]);
      if (result.ran) theirs.push(Number(result.value.perSecond));
      peer = result.ran
        ? `torchvision ${result.value.version} (Pillow ${result.value.pillow}), ${workers} workers`
        : result.why;
    }
    const common = {
      bench: "pictures",
      unit: "pictures/s",
      better: "more",
      digits: 0,
      peer,
      theirs,
    } as const;
    measured({ ...common, what: "JPEG 400 x 300 to 64 x 64, cache empty", ours: cold });
    measured({ ...common, what: "the same, from the cache", ours: warm });
  } finally {
    if (before === undefined) delete process.env.KINDRED_CACHE;
    else process.env.KINDRED_CACHE = before;
    await rm(folder, { recursive: true, force: true });
  }
}

/** As many as there are threads of ours. */
const workers = Math.max(2, availableParallelism());

async function picturesPerSecond(data: string): Promise<number> {
  const begin = performance.now();
  const { dataset } = await readDataset(data, { preprocessing: { size, channels: 3 } });
  return dataset.count / ((performance.now() - begin) / 1000);
}
