import { type EncoderOptions, LoadedModel, openPictureReader, type Picture } from "../../../encoder/index.ts";
import { openSoundReader } from "../../../modality/audio/index.ts";
import { openTextReader } from "../../../modality/text/index.ts";
import { orPretrained, type PretrainedDecoders } from "../../../pretrained/index.ts";
import { parseModelFile } from "../../../runs/index.ts";
import { fetched, placeOf } from "../encoder/fetched.ts";

/** A trained model, as `kindred` gives it in a browser; its description is with the one for Node. */
export class Model extends LoadedModel {
  /**
   * Reads what a model is; each tower is fetched when it is first needed, see `prepare`.
   *
   * @param source URL of a folder `model`, or of its `model.json`
   * @throws InputError when there is no model, or a device asked for is not to be had.
   */
  static async load(source: string | URL, options: Omit<EncoderOptions, "checkpoint"> = {}): Promise<Model> {
    const [{ openRunner, requireDevice }, { readPicture, rgbPicture }] = await Promise.all([
      import("../encoder/openRunner.ts"),
      import("../encoder/readPicture.ts"),
    ]);
    requireDevice(options.device);
    const folder = placeOf(source);
    folder.pathname = folder.pathname.replace(/\/(model\.json)?$/, "");
    const at = (file: string): URL => {
      const place = new URL(folder);
      place.pathname += `/${file}`;
      return place;
    };
    const name = at("model.json").href;
    const decoders: PretrainedDecoders = {
      // Whether it is one is looked at where it is read.
      picture: (value, picture) => rgbPicture(value as Picture, picture),
      sound: async (sound, rate) => (await import("../audio/readSound.ts")).readSound(sound, rate),
    };
    return new Model({
      ...{ file: parseModelFile(await (await fetched(at("model.json"))).text(), name), name },
      nameOf: (file) => at(file).href,
      read: async (file) => new Uint8Array(await (await fetched(at(file))).arrayBuffer()),
      open: (onnx, place) => openRunner(onnx, place, options),
      readers: {
        image: orPretrained(openPictureReader(readPicture), decoders),
        text: orPretrained(openTextReader, decoders),
        audio: orPretrained(openSoundReader(decoders.sound), decoders),
      },
    });
  }
}
