import { describe, expect, it } from "vitest";
import { raw, servedExplorer } from "./explorer.fixture.ts";

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

describe("bodies", () => {
  it.each([
    ["/api/picture", 10 * 2 ** 20],
    ["/api/training", 64 * 2 ** 10],
    ["/api/pictures", 4096 + 64],
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
      /^recipe: received "slow", expected one of fast, lesson, simclr$/,
    ],
    ["an unknown loss", { loss: "none" }, /^loss: received "none", expected one of cosine-pair, /],
    ["no epochs", { epochs: 0 }, /^epochs: received 0, expected a whole number from 1 to 1000$/],
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
