import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, expect, it } from "vitest";
import { AbortedError } from "../base/index.ts";
import { planTraining } from "./trainingPlan.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "kindred-plan-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it.each(["pictures", "rows.csv"])("ends at once where it is stopped while data is read: %s", async (name) => {
  const data = join(folder, name);
  if (name === "rows.csv") {
    await writeFile(
      data,
      `label,${Array.from({ length: 4 }, (_, i) => `pixel${i}`).join()}\n0,1,2,3,4\n1,1,2,3,4\n`,
    );
  } else {
    const picture = await sharp({ create: { width: 4, height: 4, channels: 3, background: "#f00" } })
      .png()
      .toBuffer();
    for (const label of ["a", "b"]) {
      await mkdir(join(data, label), { recursive: true });
      await writeFile(join(data, label, "1.png"), picture);
    }
  }
  const request = { data, recipe: "fast", loss: null, epochs: 1, limit: null, seed: 1 } as const;
  const planned = planTraining(request, join(folder, "runs"), null, AbortSignal.abort());
  await expect(planned).rejects.toBeInstanceOf(AbortedError);
  // No run was begun.
  expect(await readdir(folder)).not.toContain("runs");
});
