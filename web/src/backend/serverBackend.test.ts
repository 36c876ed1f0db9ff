import { BackendError, encodeMessage, type Message } from "kindred/workspace";
import { describe, expect, it } from "vitest";
import { ServerBackend } from "./serverBackend.ts";

interface Asked {
  readonly url: string;
  readonly method: string;
  readonly body: Uint8Array;
}

function serverOf(answer: () => Response | Promise<Response>): { backend: ServerBackend; asked: Asked[] } {
  const asked: Asked[] = [];
  const backend = new ServerBackend({
    base: "http://127.0.0.1:4321/folder/",
    fetch: async (input, init) => {
      const request = new Request(input, init);
      asked.push({
        url: request.url,
        method: request.method,
        body: new Uint8Array(await request.arrayBuffer()),
      });
      return answer();
    },
  });
  return { backend, asked };
}

function bytesOf(...messages: Message[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(messages.flatMap((message) => [...encodeMessage(message)]));
}

describe("ServerBackend", () => {
  it("asks for rows as little-endian numbers and reads the previews", async () => {
    const pixels = new Uint8Array([9, 8, 7, 6]);
    const { backend, asked } = serverOf(
      () => new Response(bytesOf({ head: { type: "previews" }, arrays: { pixels } })),
    );
    const message = await backend.previews(new Uint32Array([1, 0x01020304]));
    expect(asked).toEqual([
      {
        url: "http://127.0.0.1:4321/folder/api/previews",
        method: "POST",
        body: new Uint8Array([1, 0, 0, 0, 4, 3, 2, 1]),
      },
    ]);
    expect(message.arrays.pixels).toEqual(pixels);
  });

  it("names the checkpoint, the newest by silence", async () => {
    const { backend, asked } = serverOf(() => new Response(new Uint8Array([5])));
    expect(await backend.encoder(0)).toEqual(new Uint8Array([5]));
    await backend.encoder(null);
    expect(asked.map(({ url }) => new URL(url).pathname + new URL(url).search)).toEqual([
      "/folder/api/encoder?checkpoint=0",
      "/folder/api/encoder",
    ]);
  });

  it("turns a problem into its detail", async () => {
    const { backend } = serverOf(
      () =>
        new Response(JSON.stringify({ title: "Conflict", status: 409, detail: "a training is under way" }), {
          status: 409,
          headers: { "content-type": "application/problem+json; charset=utf-8" },
        }),
    );
    await expect(backend.pause()).rejects.toThrow(new BackendError("a training is under way"));
  });

  it("tells the status of a refusal that says nothing for people", async () => {
    const { backend } = serverOf(() => new Response("<html>", { status: 502, statusText: "Bad Gateway" }));
    await expect(backend.hello()).rejects.toThrow("the server answered 502 Bad Gateway");
  });

  it("tells of a server that does not answer", async () => {
    const { backend } = serverOf(() => Promise.reject(new TypeError("fetch failed")));
    await expect(backend.hello()).rejects.toThrow(
      "the server does not answer; see whether kindred view still runs",
    );
  });

  it("streams the space to its end", async () => {
    const { backend } = serverOf(
      () =>
        new Response(
          bytesOf(
            { head: { type: "progress" }, arrays: {} },
            { head: { type: "points" }, arrays: {} },
            { head: { type: "end" }, arrays: {} },
          ),
        ),
    );
    const heard: string[] = [];
    await backend.space(2, ({ head }) => heard.push(head.type), new AbortController().signal);
    expect(heard).toEqual(["progress", "points", "end"]);
  });

  it("rejects a space that breaks off, or that fails", async () => {
    const signal = new AbortController().signal;
    const broken = serverOf(() => new Response(bytesOf({ head: { type: "points" }, arrays: {} })));
    await expect(broken.backend.space(null, () => undefined, signal)).rejects.toThrow("broke off");
    const failed: Message = { head: { type: "failed", ...{ reason: "no memory" } }, arrays: {} };
    const failing = serverOf(() => new Response(bytesOf(failed)));
    await expect(failing.backend.space(null, () => undefined, signal)).rejects.toThrow(
      new BackendError("no memory"),
    );
  });

  it("leaves an answer given up on purpose an AbortError", async () => {
    const { backend } = serverOf(() => Promise.reject(new DOMException("left", "AbortError")));
    const asked = backend.space(null, () => undefined, AbortSignal.abort());
    await expect(asked).rejects.toMatchObject({ name: "AbortError" });
  });
});
