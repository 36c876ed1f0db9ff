import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import { rolldown } from "rolldown";

const root = join(import.meta.dirname, "..", "..");
const runner = join(import.meta.dirname, "caseRunner.ts");
const ortFolder = dirname(createRequire(import.meta.url).resolve("onnxruntime-web/wasm"));

/** The code of a module with all that it imports, by file name; `vitest` is `caseRunner.ts` in it. */
async function bundle(entry: string): Promise<Map<string, string>> {
  const build = await rolldown({
    input: { tests: entry },
    cwd: root,
    platform: "browser",
    logLevel: "silent",
    plugins: [
      {
        name: "vitest in a browser",
        resolveId(source, importer) {
          return source === "vitest" && importer !== runner ? runner : null;
        },
      },
    ],
  });
  try {
    const { output } = await build.generate({ format: "esm" });
    return new Map(
      output.flatMap((file) => (file.type === "chunk" ? [[file.fileName, file.code] as const] : [])),
    );
  } finally {
    await build.close();
  }
}

/** A server of bundled tests. */
export interface TestServer {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Serves a module as `tests.js`, an empty page, and ONNX Runtime's files, to this machine alone.
 *
 * @param isolated Whether the page is cross-origin isolated, as threads need it.
 * @param files What else is served, by name.
 */
export async function serveTests(
  entry: string,
  {
    isolated = true,
    files = new Map(),
  }: { readonly isolated?: boolean; readonly files?: ReadonlyMap<string, Uint8Array> } = {},
): Promise<TestServer> {
  const code = await bundle(entry);
  const server: Server = createServer(async (request, response) => {
    const name = new URL(request.url ?? "/", "http://localhost").pathname.slice(1);
    if (isolated) {
      response.setHeader("Cross-Origin-Opener-Policy", "same-origin");
      response.setHeader("Cross-Origin-Embedder-Policy", "require-corp");
    }
    // As strict as the explorer's own.
    response.setHeader(
      "Content-Security-Policy",
      "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self' blob:; object-src 'none'",
    );
    const type = name.endsWith(".wasm")
      ? "application/wasm"
      : /js$/.test(name)
        ? "text/javascript"
        : "text/html";
    response.setHeader("Content-Type", type);
    if (name === "") response.end("<!doctype html><title>tests</title>");
    else if (code.has(name)) response.end(code.get(name));
    else if (files.has(name)) response.end(files.get(name));
    else if (/^ort-wasm[\w.-]+$/.test(name)) response.end(await readFile(join(ortFolder, name)));
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}/`,
    close: () => new Promise((resolve) => void server.close(() => resolve())),
  };
}
