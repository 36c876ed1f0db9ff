import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { brotliDecompressSync } from "node:zlib";
import { type Browser, chromium } from "playwright-core";

/** Why there is no Chromium here, or null. */
export const noChromium: string | null =
  process.platform === "linux" && process.arch === "x64"
    ? null
    : `Chromium is at hand for linux x64 only, this is ${process.platform} ${process.arch}`;

/**
 * A headless Chromium that draws WebGL on the CPU: the one that the npm package `@sparticuz/chromium` carries with the
 * libraries it needs, so that neither the system nor the network has to have any. Unpacked once into
 * `node_modules/.cache`.
 *
 * @param flags Command line flags beside those that every page here needs.
 */
export async function launchChromium(flags: readonly string[] = []): Promise<Browser> {
  const folder = join(import.meta.dirname, "..", "..", "node_modules", ".cache", "kindred", "chromium");
  if (!existsSync(folder)) unpack(folder);
  return chromium.launch({
    executablePath: join(folder, "chromium"),
    env: { ...process.env, LD_LIBRARY_PATH: join(folder, "lib") },
    args: [
      "--no-sandbox",
      // Containers often have a /dev/shm too small for large pages.
      "--disable-dev-shm-usage",
      "--ignore-gpu-blocklist",
      "--use-gl=angle",
      "--use-angle=swiftshader",
      "--enable-unsafe-swiftshader",
      ...flags,
    ],
  });
}

function unpack(folder: string): void {
  const packed = findUp(dirname(createRequire(import.meta.url).resolve("@sparticuz/chromium")), "bin");
  const read = (name: string): Buffer => brotliDecompressSync(readFileSync(join(packed, name)));
  mkdirSync(dirname(folder), { recursive: true });
  // Unpacked beside and renamed, so that a folder that is there is whole.
  const fresh = mkdtempSync(`${folder}-`);
  writeFileSync(join(fresh, "chromium"), read("chromium.br"));
  chmodSync(join(fresh, "chromium"), 0o755);
  // libnss and what it needs, in lib; SwiftShader is looked for beside the program.
  for (const name of ["al2023.tar.br", "swiftshader.tar.br"]) {
    execFileSync("tar", ["-x", "-C", fresh], { input: read(name) });
  }
  try {
    renameSync(fresh, folder);
  } catch (error) {
    // Another test file was faster. Its folder stays: a Chromium may already run from it.
    rmSync(fresh, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  }
}

function findUp(folder: string, name: string): string {
  const path = join(folder, name);
  if (existsSync(path)) return path;
  if (dirname(folder) === folder) throw new Error(`${name} is not in the package @sparticuz/chromium`);
  return findUp(dirname(folder), name);
}
