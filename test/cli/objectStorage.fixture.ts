import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** An object storage in memory, which speaks as much of S3 as LanceDB asks for. */
export interface ObjectStorage {
  readonly objects: ReadonlyMap<string, Buffer>;
  /** What has a process use it. */
  readonly env: Readonly<Record<string, string>>;
  /** Refuse to take any more objects once there are so many bytes. */
  limit: number;
  close(): Promise<void>;
}

export async function startObjectStorage(): Promise<ObjectStorage> {
  const objects = new Map<string, Buffer>();
  const uploads = new Map<string, Map<number, Buffer>>();
  const storage = { limit: Number.POSITIVE_INFINITY };
  const server = createServer((request, response) => {
    answer(request, response, { objects, uploads, storage }).catch((error: Error) => {
      response.writeHead(500).end(error.message);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return Object.assign(storage, {
    objects,
    env: {
      AWS_ENDPOINT: `http://127.0.0.1:${port}`,
      AWS_ALLOW_HTTP: "true",
      AWS_ACCESS_KEY_ID: "key",
      AWS_SECRET_ACCESS_KEY: "secret",
      AWS_REGION: "us-east-1",
      AWS_EC2_METADATA_DISABLED: "true",
    },
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  });
}

interface Held {
  readonly objects: Map<string, Buffer>;
  readonly uploads: Map<string, Map<number, Buffer>>;
  readonly storage: { readonly limit: number };
}

async function answer(request: IncomingMessage, response: ServerResponse, held: Held): Promise<void> {
  const { objects, uploads, storage } = held;
  const url = new URL(request.url ?? "/", "http://localhost");
  const key = decodeURIComponent(url.pathname.split("/").slice(2).join("/"));
  const query = url.searchParams;
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  const xml = (text: string): void => {
    response.writeHead(200, { "content-type": "application/xml" }).end(text);
  };
  const fail = (status: number, code: string): void => {
    response.writeHead(status, { "content-type": "application/xml" });
    response.end(
      request.method === "HEAD" ? "" : `<Error><Code>${code}</Code><Message>${code}</Message></Error>`,
    );
  };
  switch (request.method) {
    case "GET":
    case "HEAD": {
      if (key === "") return xml(listing(objects, query));
      const object = objects.get(key);
      if (!object) return fail(404, "NoSuchKey");
      const headers = { etag: etagOf(object), "last-modified": new Date(0).toUTCString() };
      const [, from = "", to = ""] = /^bytes=(\d*)-(\d*)$/.exec(request.headers.range ?? "") ?? [];
      const whole = from === "" && to === "";
      const start = from === "" ? Math.max(0, object.length - Number(to)) : Number(from);
      const end = from === "" || to === "" ? object.length : Math.min(object.length, Number(to) + 1);
      const part = whole ? object : object.subarray(start, end);
      response.writeHead(whole ? 200 : 206, {
        ...headers,
        "content-length": part.length,
        ...(whole ? {} : { "content-range": `bytes ${start}-${end - 1}/${object.length}` }),
      });
      response.end(request.method === "HEAD" ? undefined : part);
      return;
    }
    case "PUT": {
      const size = [...objects.values()].reduce((sum, { length }) => sum + length, body.length);
      if (size > storage.limit) return fail(403, "QuotaExceeded");
      const upload = query.get("uploadId");
      if (upload !== null) uploads.get(upload)?.set(Number(query.get("partNumber")), body);
      else {
        const once = request.headers["if-none-match"] === "*";
        if (once && objects.has(key)) return fail(412, "PreconditionFailed");
        const source = request.headers["x-amz-copy-source"];
        const copied =
          typeof source === "string" ? decodeURIComponent(source).replace(/^\/?[^/]+\//, "") : null;
        const value = copied === null ? body : objects.get(copied);
        if (!value) return fail(404, "NoSuchKey");
        objects.set(key, value);
        if (copied !== null) return xml(`<CopyObjectResult><ETag>${etagOf(value)}</ETag></CopyObjectResult>`);
      }
      response.writeHead(200, { etag: etagOf(body) }).end();
      return;
    }
    case "POST": {
      if (query.has("uploads")) {
        const id = `upload-${uploads.size}`;
        uploads.set(id, new Map());
        return xml(
          `<InitiateMultipartUploadResult><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`,
        );
      }
      if (query.has("delete")) {
        const keys = [...body.toString().matchAll(/<Key>(.*?)<\/Key>/g)].map(([, name]) => name!);
        for (const name of keys) objects.delete(name);
        return xml(
          `<DeleteResult>${keys.map((name) => `<Deleted><Key>${name}</Key></Deleted>`).join("")}</DeleteResult>`,
        );
      }
      const parts = uploads.get(query.get("uploadId") ?? "") ?? new Map<number, Buffer>();
      const value = Buffer.concat([...parts].sort(([a], [b]) => a - b).map(([, part]) => part));
      objects.set(key, value);
      return xml(
        `<CompleteMultipartUploadResult><ETag>${etagOf(value)}</ETag></CompleteMultipartUploadResult>`,
      );
    }
    case "DELETE":
      objects.delete(key);
      response.writeHead(204).end();
      return;
    default:
      return fail(405, "MethodNotAllowed");
  }
}

function listing(objects: ReadonlyMap<string, Buffer>, query: URLSearchParams): string {
  const [prefix, delimiter] = [query.get("prefix") ?? "", query.get("delimiter") ?? ""];
  const after = query.get("start-after") ?? "";
  const folders = new Set<string>();
  const contents: string[] = [];
  for (const [key, { length }] of [...objects].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (!key.startsWith(prefix) || key <= after) continue;
    const cut = delimiter === "" ? -1 : key.indexOf(delimiter, prefix.length);
    if (cut >= 0) folders.add(key.slice(0, cut + 1));
    else {
      contents.push(
        `<Contents><Key>${key}</Key><Size>${length}</Size><ETag>e</ETag><LastModified>1970-01-01T00:00:00.000Z</LastModified></Contents>`,
      );
    }
  }
  const common = [...folders].map((name) => `<CommonPrefixes><Prefix>${name}</Prefix></CommonPrefixes>`);
  return `<ListBucketResult><IsTruncated>false</IsTruncated>${contents.join("")}${common.join("")}</ListBucketResult>`;
}

function etagOf(value: Buffer): string {
  return `"${createHash("md5").update(value).digest("hex")}"`;
}
