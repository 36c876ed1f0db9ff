import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { InputError } from "../base/index.ts";

/** Where `npm run build` puts the explorer's page: seen from `src/server` as from `dist/server`. */
export const pageFolder = fileURLToPath(new URL("../../dist/page", import.meta.url));

/** @throws InputError saying how to build the page when it is not there. */
export function requirePage(folder: string): void {
  if (existsSync(join(folder, "index.html"))) return;
  throw new InputError(
    `the explorer's page is not built (no ${join(folder, "index.html")}): run npm run build`,
  );
}
