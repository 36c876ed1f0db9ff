import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";

/**
 * Where decoded pictures are kept: `KINDRED_CACHE` where it is set; else `kindred` in the folder that the platform has for
 * what can be made again: `XDG_CACHE_HOME` or `~/.cache`, on macOS `~/Library/Caches`, on Windows `LOCALAPPDATA`.
 *
 * @see https://specifications.freedesktop.org/basedir-spec/latest/
 */
export function cacheFolder(
  env: Readonly<Record<string, string | undefined>> = process.env,
  platform: NodeJS.Platform = process.platform,
  home: string = homedir(),
): string {
  const chosen = env.KINDRED_CACHE;
  if (chosen !== undefined && chosen !== "") return chosen;
  // The specification has relative paths ignored.
  const xdg = env.XDG_CACHE_HOME;
  if (xdg !== undefined && isAbsolute(xdg)) return join(xdg, "kindred");
  if (platform === "darwin") return join(home, "Library", "Caches", "kindred");
  if (platform === "win32")
    return join(env.LOCALAPPDATA ?? join(home, "AppData", "Local"), "kindred", "Cache");
  return join(home, ".cache", "kindred");
}
