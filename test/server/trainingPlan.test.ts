import { beforeAll, describe, expect, it } from "vitest";
import { drawnFolder, writeFiles } from "../../src/platform/node/pictures/drawnPictures.fixture.ts";
import { RunFolder } from "../../src/platform/node/run/runFolder.ts";
import { planTraining } from "../../src/server/trainingPlan.ts";
import { kindredOk, temporaryFolder } from "../cli/kindred.fixture.ts";

const folder = temporaryFolder();

beforeAll(async () => {
  await writeFiles(folder.at("shapes"), await drawnFolder(["disc", "bar"], 30, { width: 16, height: 16 }));
});

describe("a training that the explorer is asked for", () => {
  it.each(["auto", "fast"] as const)("is planned as kindred train plans it: %s", async (recipe) => {
    const data = folder.at("shapes");
    const out = folder.at(`run-${recipe}`);
    await kindredOk(["train", "--data", data, "--recipe", recipe, "--epochs", "1", "--out", out]);
    const run = new RunFolder(out);
    const request = { data, recipe, loss: null, epochs: 1, limit: null, seed: 1 };
    const plan = await planTraining(request, folder.at("runs"), null, new AbortController().signal);
    expect(plan.config).toEqual(await run.readConfig());
    expect(plan.guidance).toEqual(await run.readGuidance());
  });

  it("has as many epochs as suit the pictures where none are named", async () => {
    const request = {
      data: folder.at("shapes"),
      recipe: "auto",
      loss: null,
      epochs: null,
      limit: null,
      seed: 1,
    };
    const { config } = await planTraining(
      { ...request, recipe: "auto" },
      folder.at("runs"),
      null,
      new AbortController().signal,
    );
    expect(config).toMatchObject({
      epochs: 125,
      batchSize: 16,
      towers: { image: { encoder: { name: "compact" } } },
    });
  });
});
