import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { startExplorer } from "../../src/server/index.ts";
import { EventListener, raw, servedExplorer } from "./explorer.fixture.ts";

const served = servedExplorer();
const host = (): string => `127.0.0.1:${served.port}`;
const ask = (headers: Record<string, string>, path = "/api/hello") => raw(served.port, path, { headers });

describe("who may ask", () => {
  it("is this machine's browser, by 127.0.0.1 or localhost", async () => {
    expect((await ask({})).status).toBe(200);
    expect((await ask({ host: `localhost:${served.port}` })).status).toBe(200);
    const own = { origin: `http://${host()}`, "sec-fetch-site": "same-origin" };
    expect((await ask(own)).status).toBe(200);
    expect((await ask({ "sec-fetch-site": "none" }, "/")).status).toBe(200);
  });

  it.each([
    ["a name that leads here", () => ({ host: `evil.example:${served.port}` })],
    ["another port's name", () => ({ host: "127.0.0.1:1" })],
    ["no port", () => ({ host: "127.0.0.1" })],
    ["the name of all addresses", () => ({ host: `0.0.0.0:${served.port}` })],
    ["a foreign page", () => ({ origin: "https://evil.example" })],
    ["a page of another port", () => ({ origin: "http://127.0.0.1:3000" })],
    ["a page without an origin", () => ({ origin: "null" })],
    ["another site's picture", () => ({ "sec-fetch-site": "cross-site" })],
    ["another port's picture", () => ({ "sec-fetch-site": "same-site" })],
  ])("is not %s", async (_, headers) => {
    for (const path of ["/api/hello", "/", "/api/run/config.json", "/api/none"]) {
      const answer = await ask(headers(), path);
      expect(answer.status).toBe(403);
      expect(answer.headers["content-type"]).toBe("application/problem+json");
      expect(JSON.parse(answer.text)).toMatchObject({ status: 403, title: "Forbidden" });
      expect(answer.text).not.toContain("explorer</title>");
    }
    const begun = await raw(served.port, "/api/training", { method: "POST", headers: headers(), body: "{}" });
    expect(begun.status).toBe(403);
  });

  it("is told nothing by a Host that is no name", async () => {
    const { status, text } = await ask({ host: "a b/../c" });
    expect(status).toBe(400);
    expect(JSON.parse(text)).toMatchObject({ status: 400 });
    expect((await ask({ host: "a b/../c" })).headers).toMatchObject({
      "content-security-policy": expect.stringContaining("default-src 'self'"),
      "x-content-type-options": "nosniff",
    });
  });
});

describe("the token", () => {
  const bare = { authorization: "" };

  it("is wanted for everything but the page's own files, with a reason", async () => {
    for (const [path, method] of [
      ["/api/hello", "GET"],
      ["/api/events", "GET"],
      ["/api/none", "GET"],
      ["/api/run/config.json", "GET"],
      ["/api/space", "HEAD"],
      ["/api/training", "POST"],
      ["/api/training/stop", "POST"],
      ["/api/index-search", "POST"],
    ] as const) {
      for (const headers of [
        bare,
        { authorization: "Bearer the-token-of-others" },
        { cookie: "kindred-1=x" },
      ]) {
        const { status, text } = await raw(served.port, path, { method, headers: { ...bare, ...headers } });
        expect(status, `${method} ${path}`).toBe(401);
        if (method === "HEAD") continue;
        expect(JSON.parse(text).detail).toBe(
          "the explorer wants its token: open the address that kindred view printed, with ?token=…",
        );
      }
    }
    const wrong = await raw(served.port, "/api/hello?token=the-token-of-others", { headers: bare });
    expect(JSON.parse(wrong.text).detail).toMatch(/^the token is not that of this explorer: /);
    expect((await raw(served.port, "/assets/main-A1b2C3d4.js", { headers: bare })).status).toBe(200);
  });

  it("tells in the page itself what to do without it", async () => {
    const { status, text, headers } = await raw(served.port, "/", { headers: bare });
    expect(status).toBe(401);
    expect(headers["content-type"]).toMatch(/^text\/html/);
    expect(text).toContain("open the address that kindred view printed");
  });

  it("in the address becomes a cookie that scripts do not see, and is gone from the address", async () => {
    const welcome = await raw(served.port, new URL(served.url).pathname + new URL(served.url).search, {
      headers: bare,
    });
    expect(welcome).toMatchObject({ status: 303, headers: { location: "/" } });
    const [cookie] = welcome.headers["set-cookie"]!;
    expect(cookie).toMatch(/; Path=\/; HttpOnly; SameSite=Strict$/);
    const headers = { ...bare, cookie: cookie!.split(";", 1)[0]! };
    for (const path of ["/", "/api/hello"]) {
      expect((await raw(served.port, path, { headers })).status).toBe(200);
    }
  });

  it("is none for a second time where an address is to be opened once", async () => {
    const once = new URL(served.explorer.urlOnce());
    expect(once.href).not.toContain(served.explorer.token);
    const open = () => raw(served.port, once.pathname + once.search, { headers: bare });
    expect((await open()).status).toBe(303);
    expect((await open()).status).toBe(401);
  });

  it("of one's own is long enough", async () => {
    for (const token of ["short", "with a blank in it", "x".repeat(201)]) {
      await expect(startExplorer({ token, page: served.at("page") })).rejects.toThrow(
        /^the token has \d+ characters, expected 16 to 200 of letters/,
      );
    }
  });
});

describe("every answer", () => {
  it.each([
    ["/", 200],
    ["/api/hello", 200],
    ["/api/run/config.json", 200],
    ["/none", 404],
    ["/api/none", 404],
    ["/api/space?checkpoint=x", 400],
  ])("keeps the page to itself: %s", async (path, status) => {
    const answer = await ask({}, path);
    expect(answer.status).toBe(status);
    const policy = String(answer.headers["content-security-policy"]);
    if (!path.startsWith("/api/run")) {
      expect(policy).toContain("default-src 'self'; script-src 'self' 'wasm-unsafe-eval'");
      expect(policy).toContain("frame-ancestors 'none'");
    }
    expect(answer.headers).toMatchObject({
      "cross-origin-opener-policy": "same-origin",
      "cross-origin-embedder-policy": "require-corp",
      "cross-origin-resource-policy": "same-origin",
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
    });
    expect(Object.keys(answer.headers).filter((name) => name.startsWith("access-control"))).toEqual([]);
  });

  it("gives no other origin leave", async () => {
    const headers = { origin: "https://evil.example", "access-control-request-method": "POST" };
    const answer = await raw(served.port, "/api/training", { method: "OPTIONS", headers });
    expect(answer.status).toBe(403);
    expect(answer.headers["access-control-allow-origin"]).toBeUndefined();
  });
});

describe("a head that is asked for alone", () => {
  it("leaves no listener behind", async () => {
    for (let i = 0; i < 5; i++) {
      expect((await raw(served.port, "/api/events", { method: "HEAD" })).status).toBe(200);
    }
    const listener = new EventListener(served.url);
    await listener.until(({ type }) => type === "run");
    expect(served.explorer.listeners).toBe(1);
    listener.close();
  });
});

describe("bodies", () => {
  it("may come in pieces, without a length", async () => {
    const picture = await sharp({
      create: { width: 8, height: 6, channels: 3, background: "#f00" },
    })
      .png()
      .toBuffer();
    const rows = new Uint8Array(Uint32Array.of(1, 2, 3).buffer);
    const search = JSON.stringify({ vector: [], k: 1, where: null });
    for (const [path, body, status] of [
      ["/api/picture", picture, 200],
      ["/api/previews", rows, 200],
      ["/api/training", "{}", 400],
      ["/api/training/resume", "", 409],
      ["/api/index-search", search, 400],
    ] as const) {
      const answer = await raw(served.port, path, { method: "POST", body, pieces: 1 });
      expect(answer.status, `${path}: ${answer.text}`).toBe(status);
    }
  });

  it.each(["/api/training", "/api/index-search"])("nested too deep are refused: %s", async (path) => {
    for (const [open, close] of [
      ["[", "]"],
      ['{"data":', "}"],
    ] as const) {
      const body = `{"data":${open.repeat(7000)}1${close.repeat(7000)}}`;
      const { status, text } = await raw(served.port, path, { method: "POST", body });
      expect(status).toBe(400);
      expect(JSON.parse(text).detail).toMatch(/^the body is nested more than 20 deep, expected that of a /);
    }
    const inText = JSON.stringify({ data: `"\\${"[".repeat(100)}` });
    const { text } = await raw(served.port, path, { method: "POST", body: inText });
    expect(JSON.parse(text).detail).not.toMatch(/nested/);
  });

  it.each([
    ["/api/picture", 10 * 2 ** 20],
    ["/api/training", 64 * 2 ** 10],
    ["/api/previews", 4096 + 64],
  ])("too large for %s are refused, with a length or without", async (path, most) => {
    const piece = new Uint8Array(Math.ceil(most / 4));
    for (const options of [{ body: new Uint8Array(most + 1) }, { body: piece, pieces: 40 }]) {
      const { status, text } = await raw(served.port, path, { method: "POST", ...options });
      expect(status).toBe(413);
      expect(JSON.parse(text).detail).toMatch(/^the body is too large, expected at most [\d,]+ bytes$/);
    }
    expect((await ask({})).status).toBe(200);
  });

  it.each([
    ["no JSON", "{", /^the body is no JSON/],
    ["a list", "[]", /^the body: received \[\], expected an object of data, recipe/],
    ["a missing field", { epochs: undefined }, /^epochs: received nothing, expected a whole number from 1/],
    [
      "unknown data",
      { data: "/etc/passwd" },
      /^data: received "\/etc\/passwd", expected one of mnist, mnist-60k$/,
    ],
    [
      "an unknown recipe",
      { recipe: "slow" },
      /^recipe: received "slow", expected one of auto, fast, lesson, simclr$/,
    ],
    ["an unknown loss", { loss: "none" }, /^loss: received "none", expected one of cosine-pair, /],
    [
      "no epochs",
      { epochs: 0 },
      /^epochs: received 0, expected a whole number from 1 to 1000, or null for as many as suit$/,
    ],
    ["half an epoch", { epochs: 1.5 }, /^epochs: received 1.5, expected a whole number/],
    ["text for a number", { epochs: "2" }, /^epochs: received "2", expected a whole number/],
    [
      "a limit of one",
      { limit: 1 },
      /^limit: received 1, expected a whole number from 2 to 10000000, or null for all$/,
    ],
    ["a negative seed", { seed: -1 }, /^seed: received -1, expected a whole number from 0/],
    ["one field more", { more: 1 }, /expected data, recipe, loss, epochs, limit, seed only, not more$/],
  ])("of a training with %s are refused by the field", async (_, given, expected) => {
    const request = { data: "mnist", recipe: "fast", loss: null, epochs: 1, limit: 1000, seed: 1 };
    const body = typeof given === "string" ? given : JSON.stringify({ ...request, ...given });
    const answer = await raw(served.port, "/api/training", { method: "POST", body });
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.text).detail).toMatch(expected);
  });
});
