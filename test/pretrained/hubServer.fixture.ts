import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

/** What a hub was asked for. */
export interface HubRequest {
  readonly host: "hub" | "store";
  readonly path: string;
  readonly range: string | undefined;
  readonly authorization: string | undefined;
}

/** A hub on loopback with one model, whose large files lie on another host, as those of the public hub do. */
export interface HubServer {
  readonly endpoint: string;
  readonly requests: HubRequest[];
  /** Cuts the connection after so many bytes of a large file, so many times, once `until` is done. */
  cut: { after: number; times: number; until?: () => Promise<void> };
  /** Sends another last byte of large files. */
  damaged: boolean;
  /** Without this token there is nothing to see. */
  token: string | null;
  close(): Promise<void>;
}

export const commit = "0123456789abcdef0123456789abcdef01234567";

/** Serves the files of a folder as `owner/name`, those of 50 kB and more from the other host. */
export async function startHub(folder: string): Promise<HubServer> {
  const names = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = new Map<string, Buffer>();
  for (const entry of names.filter((one) => one.isFile())) {
    const path = join(entry.parentPath, entry.name);
    files.set(path.slice(folder.length).replaceAll("\\", "/").replace(/^\//, ""), await readFile(path));
  }
  const isLarge = (bytes: Buffer): boolean => bytes.length >= 50_000;
  const hub: Omit<HubServer, "endpoint" | "close"> = {
    requests: [],
    cut: { after: 0, times: 0 },
    damaged: false,
    token: null,
  };
  const noted = (host: HubRequest["host"], { url = "/", headers }: IncomingMessage): string => {
    const { range, authorization } = headers;
    const path = decodeURIComponent(url.split("?")[0]!);
    hub.requests.push({ host, path, range, authorization });
    return path;
  };
  const store = createServer((request, response) => {
    const bytes = files.get(noted("store", request).slice(1))!;
    sendLarge(bytes, request, response, hub);
  });
  await listening(store);
  const front = createServer((request, response) => {
    const path = noted("hub", request);
    if (hub.token !== null && request.headers.authorization !== `Bearer ${hub.token}`) {
      response.writeHead(401).end();
    } else if (path === "/api/models/owner/name/revision/main") {
      const siblings = [...files].map(([rfilename, bytes]) => ({
        rfilename,
        size: bytes.length,
        blobId: gitDigest(bytes),
        ...(isLarge(bytes) ? { lfs: { sha256: sha256(bytes), size: bytes.length } } : {}),
      }));
      response.end(JSON.stringify({ sha: commit, siblings }));
    } else {
      const name = path.replace(`/owner/name/resolve/${commit}/`, "");
      const bytes = files.get(name);
      if (!bytes) response.writeHead(404).end();
      else if (isLarge(bytes)) response.writeHead(302, { location: `${urlOf(store)}/${name}` }).end();
      else response.end(bytes);
    }
  });
  await listening(front);
  const close = async (): Promise<void> => {
    for (const server of [front, store]) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  };
  return Object.assign(hub, { endpoint: urlOf(front), close });
}

function sendLarge(
  bytes: Buffer,
  request: IncomingMessage,
  response: ServerResponse,
  hub: Pick<HubServer, "cut" | "damaged">,
): void {
  const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
  if (from >= bytes.length) {
    response.writeHead(416).end();
    return;
  }
  const sent = Buffer.from(bytes.subarray(from));
  if (hub.damaged) sent[sent.length - 1]! ^= 1;
  const range = from > 0 ? { "content-range": `bytes ${from}-${bytes.length - 1}/${bytes.length}` } : {};
  response.writeHead(from > 0 ? 206 : 200, { "content-length": sent.length, ...range });
  if (hub.cut.times === 0) {
    response.end(sent);
    return;
  }
  hub.cut.times--;
  const { after, until } = hub.cut;
  response.write(sent.subarray(0, after), () => {
    Promise.resolve(until?.()).then(() => response.destroy());
  });
}

const listening = (server: Server): Promise<void> =>
  new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const urlOf = (server: Server): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const sha256 = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");
const gitDigest = (bytes: Buffer): string =>
  createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex");
