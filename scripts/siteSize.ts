/**
 * Prints how large the static site is, as it is sent with gzip: our own scripts (all that are no `.wasm` file, ONNX
 * Runtime's too), what the page loads at once, and the rest.
 *
 *   node scripts/siteSize.ts [folder]     default: dist/site
 */

import { readdirSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";
import { gzipSync } from "node:zlib";

interface SizedFile {
  readonly path: string;
  readonly bytes: number;
  readonly packed: number;
}

/** The size of each file below a folder. */
export function fileSizes(folder: string): SizedFile[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const path = join(entry.parentPath, entry.name);
      const content = readFileSync(path);
      return { path: path.slice(folder.length + 1), bytes: content.length, packed: gzipSync(content).length };
    });
}

/** Bytes of all scripts with gzip. */
export function scriptBytes(files: readonly SizedFile[]): number {
  return sum(files.filter(({ path }) => extname(path) === ".js"));
}

/** Bytes of the scripts and styles that the page names, with gzip: the rest is loaded when it is needed. */
export function firstBytes(folder: string, files: readonly SizedFile[]): number {
  const page = readFileSync(join(folder, "index.html"), "utf8");
  return sum(files.filter(({ path }) => path === "index.html" || page.includes(`./${path}`)));
}

function sum(files: readonly SizedFile[]): number {
  return files.reduce((total, { packed }) => total + packed, 0);
}

if (import.meta.main) {
  const folder = process.argv[2] ?? "dist/site";
  const files = fileSizes(folder);
  const kilobytes = (bytes: number): string => `${(bytes / 1000).toFixed(1).padStart(9)} kB`;
  for (const { path, bytes, packed } of files.sort((a, b) => b.packed - a.packed)) {
    process.stdout.write(`${kilobytes(packed)} of ${kilobytes(bytes)}  ${path}\n`);
  }
  process.stdout.write(
    `${kilobytes(scriptBytes(files))} of scripts with gzip, ${kilobytes(firstBytes(folder, files))} named by the page\n`,
  );
}
