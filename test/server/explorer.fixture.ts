import { cp, mkdir, writeFile } from "node:fs/promises";
import { type IncomingHttpHeaders, request } from "node:http";
import { join } from "node:path";
import { afterAll, beforeAll } from "vitest";
import { type Explorer, type ExplorerOptions, startExplorer } from "../../src/server/index.ts";
import { type Message, MessageReader } from "../../src/workspace/index.ts";
import { kindredOk, temporaryFolder } from "../cli/kindred.fixture.ts";
import { madeOnce } from "../madeOnce.fixture.ts";

export interface ServedExplorer {
  readonly url: string;
  readonly port: number;
  readonly explorer: Explorer;
  /** Folder of the open run, and a path in the folder that holds it. */
  readonly run: string;
  at(...parts: string[]): string;
}

/** What the explorers of these tests are opened with. */
export const testToken = "the-token-of-these-tests";

/** `fetch` of an address of an explorer, with the token that is in its address, or that of these tests. */
export function asked(url: string, path: string, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers);
  headers.set("authorization", `Bearer ${new URL(url).searchParams.get("token") ?? testToken}`);
  return fetch(new URL(path, url), { ...init, headers });
}

/** Trains a small run of two epochs once, and serves it with a page of one line, for the tests of a file. */
export function servedExplorer(options: ExplorerOptions = {}): ServedExplorer {
  const folder = temporaryFolder();
  let explorer: Explorer;
  beforeAll(async () => {
    await writeRun(folder.at("runs", "small"));
    await writePage(folder.at("page"));
    explorer = await startExplorer({
      run: folder.at("runs", "small"),
      page: folder.at("page"),
      port: 0,
      token: testToken,
      ...options,
    });
  });
  afterAll(() => explorer?.close());
  return {
    get url() {
      return explorer.url;
    },
    get port() {
      return explorer.port;
    },
    get explorer() {
      return explorer;
    },
    get run() {
      return folder.at("runs", "small");
    },
    at: folder.at,
  };
}

/** Pictures of the small run, a fifth of them for validation. */
export const smallCount = 400;

const smallRun = [
  ...["--limit", String(smallCount), "--validation", String(smallCount / 5)],
  ...["--recipe", "fast", "--epochs", "2"],
];

/** Puts the small run at `path`. */
export async function writeRun(path: string): Promise<void> {
  const made = await madeOnce("small", async (folder) => {
    await kindredOk(["train", ...smallRun, "--out", join(folder, "run")]);
  });
  await cp(join(made, "run"), path, { recursive: true });
}

export async function writePage(path: string): Promise<void> {
  await mkdir(join(path, "assets"), { recursive: true });
  await writeFile(join(path, "index.html"), "<!doctype html><title>explorer</title>");
  await writeFile(join(path, "assets", "main-A1b2C3d4.js"), "export {};");
}

/** All messages of an answer. */
export async function messagesOf(response: Response): Promise<Message[]> {
  const reader = new MessageReader();
  const messages: Message[] = [];
  for await (const bytes of response.body!) messages.push(...reader.push(bytes));
  return messages;
}

/** The one message of an answer. */
export async function messageOf(response: Response): Promise<Message> {
  const [message] = await messagesOf(response);
  if (!response.ok || !message) throw new Error(`no message, status ${response.status}`);
  return message;
}

export interface RawRequest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
  /** Sent in so many pieces without a length, until the other side answers. */
  readonly pieces?: number;
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** A request as it is written: `fetch` lets nobody choose the Host, and straightens paths. */
export async function raw(port: number, path: string, options: RawRequest = {}): Promise<RawAnswer> {
  for (let tries = 3; ; tries--) {
    try {
      return await rawOnce(port, path, options);
    } catch (error) {
      // A server that refuses a body does not read the rest, and its answer can be lost with the line.
      const lost = error instanceof Error && "code" in error && error.code === "ECONNRESET";
      if (!lost || tries === 1) throw error;
    }
  }
}

function rawOnce(port: number, path: string, options: RawRequest): Promise<RawAnswer> {
  const { method = "GET", body, pieces } = options;
  const headers = { authorization: `Bearer ${testToken}`, ...options.headers };
  return new Promise((resolve, reject) => {
    let answered = false;
    const sent = request({ host: "127.0.0.1", port, path, method, headers }, (response) => {
      answered = true;
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => {
        text += chunk;
      });
      response.on("end", () => resolve({ status: response.statusCode!, headers: response.headers, text }));
    });
    // What is still sent when the answer is there may find the line closed.
    sent.on("error", (error) => (answered ? undefined : reject(error)));
    let left = pieces ?? 1;
    const next = (): void => {
      if (answered || left-- === 0) sent.end();
      // Whoever reads the answer only after all was sent may find it gone with the line.
      else sent.write(body ?? "", () => setImmediate(next));
    };
    if (pieces === undefined) sent.end(body);
    else next();
  });
}

/** A listener to the events: what came so far, and a way to wait for more. */
export class EventListener {
  readonly messages: Message[] = [];
  readonly #abort = new AbortController();
  #from = 0;
  #changed = Promise.withResolvers<void>();
  /** Settles when the stream ends. */
  readonly ended: Promise<void>;

  constructor(url: string) {
    this.ended = this.#read(url).catch(() => undefined);
  }

  /** Looks from here on only at what is yet to come. */
  forget(): void {
    this.#from = this.messages.length;
  }

  /** The first message of which that holds, also among those that came already. */
  async until(holds: (head: Readonly<Record<string, unknown>>) => boolean): Promise<Message> {
    for (;;) {
      const changed = this.#changed.promise;
      const found = this.messages.slice(this.#from).find(({ head }) => holds({ ...head }));
      if (found) return found;
      await changed;
    }
  }

  of(type: string): Message[] {
    return this.messages.filter(({ head }) => head.type === type);
  }

  close(): void {
    this.#abort.abort();
  }

  async #read(url: string): Promise<void> {
    const response = await asked(url, "api/events", { signal: this.#abort.signal });
    const reader = new MessageReader();
    for await (const bytes of response.body!) {
      this.messages.push(...reader.push(bytes));
      this.#changed.resolve();
      this.#changed = Promise.withResolvers();
    }
  }
}

/** A training's phase in a status event. */
export const inPhase =
  (phase: string) =>
  (head: Readonly<Record<string, unknown>>): boolean =>
    head.type === "status" && JSON.stringify(head.training).includes(`"phase":"${phase}"`);
