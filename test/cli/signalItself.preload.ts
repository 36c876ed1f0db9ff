import { readdirSync } from "node:fs";
import promises, { type FileHandle } from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
import { basename } from "node:path";
import { isMainThread } from "node:worker_threads";
import type { SignalPoint } from "./kindred.fixture.ts";

/**
 * Loaded into a process of the command before anything else: it sends itself a signal at a point that is the same on
 * every machine, however busy, where a signal from outside would come sooner or later.
 */
const point = JSON.parse(process.env.KINDRED_SIGNAL_POINT ?? "null") as SignalPoint | null;

function send(signal: NodeJS.Signals): void {
  process.kill(process.pid, signal);
}

function whenSaid(text: string, signal: NodeJS.Signals): void {
  const write = process.stderr.write.bind(process.stderr);
  let heard = "";
  let sent = false;
  process.stderr.write = (chunk: string | Uint8Array, ...rest: unknown[]): boolean => {
    heard += typeof chunk === "string" ? chunk : new TextDecoder().decode(chunk);
    // Once: a second Ctrl-C stops a command at once.
    if (!sent && heard.includes(text)) {
      sent = true;
      send(signal);
    }
    return Reflect.apply(write, process.stderr, [chunk, ...rest]);
  };
}

/** When the first half of a file is written, under the temporary name that it has until it is whole. */
function whenHalfWritten(name: string, time: number, signal: NodeJS.Signals): void {
  const { open } = promises;
  let left = time;
  promises.open = async (path, ...rest): Promise<FileHandle> => {
    const file = await open(path, ...rest);
    const isIt = basename(String(path)).startsWith(`.${name}.`) && String(path).endsWith(".tmp");
    if (!isIt || --left > 0) return file;
    const writeFile = file.writeFile.bind(file);
    file.writeFile = async (data) => {
      const bytes = typeof data === "string" ? Buffer.from(data) : Buffer.from(data as Uint8Array);
      await writeFile(bytes.subarray(0, bytes.length >> 1));
      send(signal);
      await new Promise(() => undefined);
    };
    return file;
  };
  syncBuiltinESMExports();
}

/** 0 while files come and go. */
function countBelow(folder: string): number {
  try {
    return readdirSync(folder, { recursive: true }).length;
  } catch {
    return 0;
  }
}

/** Between two steps of the command's own work, so that it cannot have gone far by then. */
function whenMoreFiles(folder: string, count: number, signal: NodeJS.Signals): void {
  const timer = setInterval(() => {
    if (countBelow(folder) <= count) return;
    clearInterval(timer);
    send(signal);
  }, 1).unref();
}

if (point && isMainThread) {
  if ("says" in point) whenSaid(point.says, point.signal);
  else if ("halfOf" in point) whenHalfWritten(point.halfOf, point.time ?? 1, point.signal);
  else whenMoreFiles(point.filesBelow, point.moreThan, point.signal);
}
