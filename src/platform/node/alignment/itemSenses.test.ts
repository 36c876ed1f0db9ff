import { join } from "node:path";
import { expect, it } from "vitest";
import { AudioColumn } from "../../../modality/audio/index.ts";
import { prepareText, TextColumn } from "../../../modality/text/index.ts";
import { inFolder, pictures, tone } from "../items/items.fixture.ts";
import {
  decodePictures,
  decodeRecordings,
  findItems,
  measuredItems,
  PicturesAloneError,
  repeatedTextsWarning,
} from "./itemSenses.ts";

const options = { limit: null, validation: null, seed: 1 };

it("measures by all pictures of the test part, and by the first text and recording of each group", async () => {
  const rows = [
    ...["0,one,a,train", "1,two,b,train", "2,three,a,train"],
    ...["3,a cat,cat,test", "4,the cat,cat,test", "5,a dog,dog,test"],
  ].map((row) => row.replace(/^(\d)/, "$1.png,$1.wav"));
  const sounds = Object.fromEntries(Array.from({ length: 6 }, (_, i) => [`${i}.wav`, tone(i)]));
  const table = `image,audio,text,label,split\n${rows.join("\n")}\n`;
  await inFolder({ ...(await pictures(6)), ...sounds, "t.csv": table }, async (folder) => {
    const found = await findItems(join(folder, "t.csv"), options);
    const form = { sampleRate: 8000, seconds: 1 };
    const { column: images } = await decodePictures(found, { size: 16 });
    const { of, rows: measured } = measuredItems(found, {
      images,
      frozen: new Map(),
      preparation: await prepareText(["a cat"], { name: "bag" }, {}),
      audio: { ...form, sounds: (await decodeRecordings(found, form)).sounds },
    });
    expect(of).toBe("test");
    expect(measured.map(({ modality, dataset }) => [modality, dataset.paths])).toEqual([
      ["image", ["3.png", "4.png", "5.png"]],
      ["text", ["3.png", "5.png"]],
      ["audio", ["3.png", "5.png"]],
    ]);
    const text = measured[1]!.dataset.columns.get("text");
    expect(text instanceof TextColumn && text.texts).toEqual([["a cat"], ["a dog"]]);
    expect(measured[2]!.dataset.columns.get("audio")).toBeInstanceOf(AudioColumn);
    expect(repeatedTextsWarning(found, 8)).toBeNull();
  });
});

it("knows pictures alone, in a folder and in a table", async () => {
  const files = { ...(await pictures(3, "cat/")), "list.csv": "image,label\ncat/0.png,a\ncat/1.png,b\n" };
  await inFolder(files, async (folder) => {
    for (const source of [join(folder, "cat"), join(folder, "list.csv")]) {
      await expect(findItems(source, options)).rejects.toThrow(PicturesAloneError);
    }
  });
});
