import { expect, it } from "vitest";
import { ItemIndex } from "../../src/platform/node/itemIndex/itemIndex.ts";
import { OpenIndex } from "../../src/server/openIndex.ts";
import type { HitsHead } from "../../src/workspace/index.ts";
import { kindredOk, temporaryFolder } from "../cli/kindred.fixture.ts";
import { copyTrainedRun, digitFiles } from "../cli/trainedRun.fixture.ts";

const folder = temporaryFolder();

it("the explorer finds the items of its run's index, with their previews and their rows in the run's space", async () => {
  const [path, run] = [folder.at("my.lance"), folder.at("run")];
  await copyTrainedRun(run);
  await kindredOk(["index", "--run", run, "--out", path]);
  const index = await ItemIndex.open(path);
  const [seven] = await index.get(["7"]);
  index.close();

  // In the file's order, as the index has them.
  const { rows: _, ...pictures } = (await digitFiles()).pictures;
  const open = await OpenIndex.open(path, undefined);
  expect(await open.choiceFor(run, [0, 1])).toMatchObject({ name: "my.lance", count: 120 });
  const where = `label = '${seven!.label}'`;
  const { head, arrays } = await open.search({ vector: [...seven!.vector], k: 3, where }, pictures);
  expect(head).toMatchObject({ type: "hits" });
  const { hits } = head as HitsHead;
  expect(hits).toHaveLength(3);
  expect(hits[0]).toEqual({
    ...{ id: "7", row: 7, label: seven!.label, path: null, split: null, modality: "image", fields: {} },
    similarity: expect.closeTo(1, 5),
  });
  const { files, ends } = arrays;
  expect(ends).toHaveLength(3);
  expect(files!.subarray(0, ends![0])).toEqual(seven!.preview!.bytes);
  await expect(
    open.search({ vector: [...seven!.vector], k: 3, where: "yeer > 1" }, pictures),
  ).rejects.toThrow(/there is no column yeer/);
  open.close();
});
