import { existsSync, readdirSync, statSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { build } from "vite";

const root = join(import.meta.dirname, "..", "..");
/** What the page is made of. */
const sources = [
  "web/src",
  "web/index.html",
  "web/vite.config.ts",
  "web/ortModules.ts",
  "src",
  "package-lock.json",
];

/**
 * The folder of the page as `kindred view` serves it: that of `npm run build` where it is newer than all it is made of,
 * or else one that is built now into `node_modules/.cache`, once for as long as nothing changes.
 */
export async function builtPage(): Promise<string> {
  const changed = Math.max(...sources.map((path) => newest(join(root, path))));
  const kept = join(root, "node_modules", ".cache", "kindred", "page");
  for (const folder of [join(root, "dist", "page"), kept]) {
    const page = join(folder, "index.html");
    if (existsSync(page) && statSync(page).mtimeMs > changed) return folder;
  }
  await mkdir(join(kept, ".."), { recursive: true });
  // Built beside and renamed, so that a folder that is there is whole.
  const fresh = await mkdtemp(`${kept}-`);
  await build({
    configFile: join(root, "web", "vite.config.ts"),
    mode: "server",
    logLevel: "error",
    build: { outDir: fresh, emptyOutDir: true, reportCompressedSize: false },
  });
  await rm(kept, { recursive: true, force: true });
  await rename(fresh, kept);
  return kept;
}

/** When what is below a path was changed last. */
function newest(path: string): number {
  const { mtimeMs } = statSync(path);
  if (!statSync(path).isDirectory()) return mtimeMs;
  const files = readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Math.max(mtimeMs, ...files.map((file) => statSync(join(file.parentPath, file.name)).mtimeMs));
}
