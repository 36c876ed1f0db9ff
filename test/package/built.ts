import { existsSync, globSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const checkout = fileURLToPath(new URL("../..", import.meta.url));

/**
 * What imports "kindred" here gets `dist`, by the exports of package.json. Tests of it would pass or fail on old code
 * if that were not what `src` builds to; they do not build it themselves, since they run beside each other.
 */
export function requireFreshBuild(): void {
  const built = `${checkout}/dist/node.js`;
  const sources = globSync(`${checkout}/src/**/*.ts`).filter((path) => !/\.(test|fixture)\.ts$/.test(path));
  const newest = Math.max(...sources.map((path) => statSync(path).mtimeMs));
  if (existsSync(built) && statSync(built).mtimeMs >= newest) return;
  throw new Error("dist is older than src: run npm run build first, as npm test does");
}
