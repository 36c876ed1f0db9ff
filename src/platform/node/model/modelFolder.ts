import { join } from "node:path";
import { type ModelContents, modelFiles } from "../../../runs/index.ts";
import { writeFileAtomic } from "../files/files.ts";

/**
 * Writes a model, which stands by itself, as a folder that `Model.load` opens; files of the same names are replaced, `model.json` last.
 *
 * @param write takes a file's path and content. Default: under another name that is then given up, so that no file is half there
 * @throws InputError when it cannot be written; KindredError as `modelFiles`.
 */
export async function writeModelFolder(
  folder: string,
  model: ModelContents,
  write: (path: string, content: string | Uint8Array) => Promise<void> = writeFileAtomic,
): Promise<void> {
  for (const [name, content] of await modelFiles(model)) await write(join(folder, name), content);
}
