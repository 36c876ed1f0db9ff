import { realpath, stat } from "node:fs/promises";
import { isAbsolute, join, relative, resolve, sep } from "node:path";
import { serveStatic } from "@hono/node-server/serve-static";
import type { Context } from "hono";
import { Problem } from "./problem.ts";

/**
 * What pages of a run may do: plots are one file each, with their scripts inline and code that WebGL shaders are made
 * by. They run in a sandbox of no origin, so that they can reach nothing of this server.
 */
const plotPolicy = [
  "sandbox allow-scripts allow-downloads",
  "default-src 'none'",
  "script-src 'unsafe-inline' 'unsafe-eval'",
  "style-src 'unsafe-inline'",
  "img-src data: blob:",
  "form-action 'none'",
  "base-uri 'none'",
  "frame-ancestors 'self'",
].join("; ");

/** What any other file may do where it is opened as a page. */
const filePolicy =
  "sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'; frame-ancestors 'self'";

/** A file of the run's folder, and nothing that only seems to lie in it. */
export async function runFile(context: Context, folder: string, path: string): Promise<Response> {
  const file = await confined(folder, path);
  const policy = /\.html?$/i.test(file) ? plotPolicy : filePolicy;
  const serve = serveStatic({ path: file });
  const response = await serve(context, async () => undefined);
  if (!response) throw missing(path);
  response.headers.set("content-security-policy", policy);
  response.headers.set("cache-control", "no-cache");
  return response;
}

/** The cache of spaces, which is read through the space. */
const hiddenEntries: ReadonlySet<string> = new Set(["explorer"]);

/** Locks and temporary files are nobody's business. */
function isHidden(name: string): boolean {
  return name.startsWith(".") || name.endsWith(".lock") || name.endsWith(".tmp");
}

/** @throws Problem 404, the same for what is not there and for what is not to be seen. */
async function confined(folder: string, path: string): Promise<string> {
  if (path === "" || isAbsolute(path) || /[\0\\]/.test(path)) throw missing(path);
  const wanted = resolve(folder, path);
  try {
    const [root, file] = await Promise.all([realpath(folder), realpath(wanted)]);
    const inside = relative(root, file);
    const outside = inside === "" || inside.split(sep)[0] === ".." || isAbsolute(inside);
    const hidden = hiddenEntries.has(inside.split(sep)[0]!) || inside.split(sep).some(isHidden);
    if (!outside && !hidden && (await stat(file)).isFile()) return join(root, inside);
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
  }
  throw missing(path);
}

function missing(path: string): Problem {
  return new Problem(404, `the run has no file ${JSON.stringify(path.slice(0, 200))}`);
}
