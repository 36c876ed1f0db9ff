import { builtinModules } from "node:module";
import { posix } from "node:path";
import type { SourceFile } from "./readSource.ts";
import { emptyNames, mostLines, restrictedPackages, rooms } from "./rooms.ts";

/**
 * `src/ops/linear.ts` is of the room `ops`, `src/platform/node/files.ts` of `platform/node`, `src/modality/modality.ts` of
 * `modality`, `src/index.ts` of itself, `web/src/map/frame.ts` of `web/map`.
 */
export function roomOf(path: string): string {
  const [top, first, second] = path.split("/");
  if (top === "web") return `web/${second}`;
  if (first === "modality" && second!.endsWith(".ts")) return first;
  return first === "platform" || first === "modality" ? `${first}/${second}` : first!;
}

/** Every rule that the files break, a line each; none when the house is in order. */
export function violations(files: readonly SourceFile[]): string[] {
  return [...files.flatMap(fileViolations), ...cycles(files)];
}

function fileViolations(file: SourceFile): string[] {
  const { path, lines, mathMembers } = file;
  const found: string[] = [];
  const room = roomOf(path);
  if (!(room in rooms)) found.push(`${path}: "${room}" is no room of test/architecture/rooms.ts`);
  for (const name of file.imports) {
    const broken = name.startsWith(".") ? relativeViolation(path, name) : packageViolation(path, name);
    if (broken) found.push(broken);
  }
  if (lines > mostLines) found.push(`${path}: has ${lines} lines, at most ${mostLines} are wanted: split it`);
  if (mathMembers.includes("random")) found.push(`${path}: uses Math.random, take an Rng instead`);
  const empty = path.split("/").find((part) => emptyNames.includes(part.replace(/\.(ts|svelte)$/, "")));
  if (empty) found.push(`${path}: "${empty}" does not say what is inside`);
  return found;
}

function relativeViolation(path: string, name: string): string | undefined {
  const target = posix.join(posix.dirname(path), name);
  const house = path.startsWith("web/") ? "web/src" : "src";
  if (!target.startsWith(`${house}/`)) return `${path}: imports ${target}, which is outside ${house}`;
  const from = roomOf(path);
  const to = roomOf(target);
  if (from === to || rooms[from]?.includes(to)) return undefined;
  return `${path}: imports ${target}, but ${from} may import ${rooms[from]?.join(", ") || "nothing"}`;
}

function packageViolation(path: string, name: string): string | undefined {
  const full = builtinModules.includes(name) ? `node:${name}` : name;
  for (const [restricted, allowed] of Object.entries(restrictedPackages)) {
    const matches = /[:-]$/.test(restricted)
      ? full.startsWith(restricted)
      : full === restricted || full.startsWith(`${restricted}/`);
    if (matches && !allowed.includes(roomOf(path))) {
      return `${path}: imports ${name}, which only ${allowed.join(", ")} may`;
    }
  }
  return undefined;
}

/** One line for each way that a file leads back to itself, imports of types included. */
function cycles(files: readonly SourceFile[]): string[] {
  const targets = new Map(
    files.map(({ path, imports }) => [
      path,
      imports.filter((name) => name.startsWith(".")).map((name) => posix.join(posix.dirname(path), name)),
    ]),
  );
  const found: string[] = [];
  const finished = new Set<string>();
  const visit = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path);
    if (start >= 0) found.push(`cycle: ${[...trail.slice(start), path].join(" -> ")}`);
    if (start >= 0 || finished.has(path)) return;
    for (const next of targets.get(path) ?? []) visit(next, [...trail, path]);
    finished.add(path);
  };
  for (const path of targets.keys()) visit(path, []);
  return found;
}
