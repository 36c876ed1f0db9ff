import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { brotliDecompressSync } from "node:zlib";

/** Why there is no software Vulkan driver here, or null. */
export const noSwiftshader: string | null =
  process.platform === "linux" && process.arch === "x64"
    ? null
    : `SwiftShader is at hand for linux x64 only, this is ${process.platform} ${process.arch}`;

/**
 * Variables under which a process finds a Vulkan driver that computes on the CPU: SwiftShader, as the npm package
 * `@sparticuz/chromium` carries it, unpacked once into `node_modules/.cache`. They must be set before the process
 * starts, since the dynamic loader reads them.
 */
export function swiftshaderEnvironment(): Record<string, string> {
  const root = join(import.meta.dirname, "..", "..");
  const folder = join(root, "node_modules", ".cache", "kindred", "swiftshader");
  const driver = join(folder, "vk_swiftshader_icd.json");
  if (!existsSync(driver)) unpack(folder);
  return { LD_LIBRARY_PATH: folder, VK_ICD_FILENAMES: driver };
}

function unpack(folder: string): void {
  const entry = createRequire(import.meta.url).resolve("@sparticuz/chromium");
  const archive = findUp(dirname(entry), join("bin", "swiftshader.tar.br"));
  mkdirSync(dirname(folder), { recursive: true });
  // Unpacked beside and renamed, so that a folder that is there is whole.
  const fresh = mkdtempSync(`${folder}-`);
  execFileSync("tar", ["-x", "-C", fresh], { input: brotliDecompressSync(readFileSync(archive)) });
  rmSync(folder, { recursive: true, force: true });
  renameSync(fresh, folder);
}

function findUp(folder: string, name: string): string {
  const path = join(folder, name);
  if (existsSync(path)) return path;
  if (dirname(folder) === folder) throw new Error(`${name} is not in the package @sparticuz/chromium`);
  return findUp(dirname(folder), name);
}
