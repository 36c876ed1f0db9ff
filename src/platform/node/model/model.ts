import { existsSync } from "node:fs";
import { join } from "node:path";
import { InputError, shellWord } from "../../../base/index.ts";
import { type EncoderOptions, type LoadedEncoder, LoadedModel } from "../../../encoder/index.ts";
import { parseModelFile } from "../../../runs/index.ts";
import { Encoder } from "../encoder/encoder.ts";
import { pathOf } from "../encoder/place.ts";
import { readTextOrExplain } from "../files/files.ts";

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
    const file = join(folder, "model.json");
    const read = parseModelFile(await readTextOrExplain(file), file);
    const towers = new Map<string, LoadedEncoder>();
    try {
      for (const [modality, { file: name, fingerprint }] of Object.entries(read.towers)) {
        if (modality !== "image") {
          throw new InputError(`${file}: has a tower of ${modality}, expected one of image alone`);
        }
        const tower = await Encoder.load(join(folder, name), options);
        towers.set(modality, tower);
        if (tower.fingerprint === fingerprint) continue;
        throw new InputError(
          `${join(folder, name)} is not the tower that ${file} names (fingerprint ${tower.fingerprint ?? "missing"}, expected ${fingerprint}): finish what was being written with kindred train --resume, or put the files of one model together`,
        );
      }
    } catch (error) {
      for (const tower of towers.values()) await tower.dispose();
      throw error;
    }
    return new Model({ fingerprint: read.fingerprint, epoch: read.epoch, towers });
  }
}
