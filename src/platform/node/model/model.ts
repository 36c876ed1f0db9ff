import { existsSync } from "node:fs";
import { join } from "node:path";
import { InputError, shellWord } from "../../../base/index.ts";
import { type EncoderOptions, LoadedModel, openPictureReader, type Picture } from "../../../encoder/index.ts";
import { openSoundReader } from "../../../modality/audio/index.ts";
import { openTextReader } from "../../../modality/text/index.ts";
import { orPretrained, type PretrainedDecoders } from "../../../pretrained/index.ts";
import { parseModelFile } from "../../../runs/index.ts";
import { pathOf } from "../encoder/place.ts";
import { readFileOrExplain, readTextOrExplain } from "../files/files.ts";

/**
 * A trained model: things of every modality that it has a tower for, to vectors of one space.
 *
 * ```ts
 * const model = await Model.load("runs/shoes");
 * const [one] = await model.embed([{ image: "one.jpg" }]);
 * await model.dispose();
 * ```
 */
export class Model extends LoadedModel {
  /**
   * Opens a model.
   *
   * @param source the folder of a run, whose model is the one that was written last, or its folder `model`
   * @throws InputError when there is no model, or its files do not belong together.
   */
  static async load(
    source: string | URL,
    options: Omit<EncoderOptions, "checkpoint" | "wasmPaths"> = {},
  ): Promise<Model> {
    const path = pathOf(source);
    const folder = [join(path, "model"), path].find((one) => existsSync(join(one, "model.json")));
    if (folder === undefined) {
      throw new InputError(
        `${path} holds no model (no model.json): name the folder of a run that has finished an epoch, or train one with kindred train --out ${shellWord(path)}`,
      );
    }
    const name = join(folder, "model.json");
    // Only now, as they load what is native.
    const [{ openRunner }, { readPicture }] = await Promise.all([
      import("../encoder/openRunner.ts"),
      import("../encoder/readPicture.ts"),
    ]);
    const model = new Model({
      ...{ file: parseModelFile(await readTextOrExplain(name), name), name },
      nameOf: (file) => join(folder, file),
      read: (file) => readFileOrExplain(join(folder, file)),
      open: (onnx, place) => openRunner(onnx, place, options),
      readers: {
        image: orPretrained(openPictureReader(readPicture), decoders),
        text: orPretrained(openTextReader, decoders),
        audio: orPretrained(openSoundReader(decoders.sound), decoders),
      },
    });
    try {
      await model.prepare();
      return model;
    } catch (error) {
      await model.dispose();
      throw error;
    }
  }
}

/** What files are decoded by, read only when it is needed, as it loads what is native. */
const decoders: PretrainedDecoders = {
  // Whether it is one is looked at where it is read.
  picture: async (value, name) =>
    (await import("../pretrained/rgbPicture.ts")).rgbPicture(value as Picture, name),
  sound: async (sound, at) => {
    const { readSound } = await import("../audio/readSound.ts");
    return readSound(typeof sound === "string" || sound instanceof URL ? pathOf(sound) : sound, at);
  },
};
