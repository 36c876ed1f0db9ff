import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { KindredError } from "../../../base/index.ts";

/**
 * The source of plotly.js, to put into a page. The bundle with everything, because the only smaller one with `scattergl`
 * is no longer published.
 *
 * @throws KindredError when plotly.js is not installed.
 */
export async function plotlySource(): Promise<string> {
  try {
    return await readFile(fileURLToPath(import.meta.resolve("plotly.js-dist-min")), "utf8");
  } catch (cause) {
    throw new KindredError(
      "the package plotly.js-dist-min is not installed, install Kindred again (npm install)",
      { cause },
    );
  }
}
