import { readFileSync } from "node:fs";

/** The version of Kindred, as its package.json has it. */
export function packageVersion(): string {
  // As far away from the sources as from what is built of them.
  const text = readFileSync(new URL("../../../../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}
