import { fileURLToPath } from "node:url";
import { InputError } from "../../../base/index.ts";

/**
 * The path that a path or a `file:` URL names.
 *
 * @throws InputError for a URL of anything but a file.
 */
export function pathOf(place: string | URL): string {
  const text = String(place);
  if (text.startsWith("file:")) return fileURLToPath(text);
  if (typeof place === "string" && !/^https?:/.test(text)) return place;
  throw new InputError(`${text} is no file: fetch it, and give its bytes`);
}
