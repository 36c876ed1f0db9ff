import type { RunConfig } from "./runConfig.ts";

/**
 * A configuration for files that are made to be given away: of the paths of the user's machine, names are left. An
 * encoder does the same without them.
 */
export function publishedConfig(config: RunConfig): RunConfig {
  const { data, init } = config;
  const { image } = config.towers;
  return {
    ...config,
    data: { ...data, source: nameOf(data.source) },
    towers: { image: { ...image, trunk: image.trunk && nameOf(image.trunk) } },
    init: init && nameOf(init),
  };
}

/** The last part of a path, of either kind; of `..` and the like nothing tells what is meant. */
function nameOf(path: string): string {
  const name = path.split(/[/\\]/).findLast((part) => part !== "" && part !== ".");
  return name === undefined || name === ".." ? "pictures" : name;
}
