import { existsSync } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { pretrainedTower } from "../../src/platform/node/pretrained/pretrainedTower.ts";
import { commit, type HubServer, startHub } from "../pretrained/hubServer.fixture.ts";
import { golden, goldenFolder, greatestDifference } from "../pretrained/inputs.ts";
import { kindred, kindredOk, temporaryFolder } from "./kindred.fixture.ts";

const folder = temporaryFolder();
let hub: HubServer;
beforeAll(async () => {
  hub = await startHub(goldenFolder("clip"));
});
afterAll(() => hub.close());
beforeEach(() => {
  Object.assign(hub, { cut: { after: 0, times: 0 }, damaged: false, token: null });
  hub.requests.length = 0;
});

const pull = (name: string, ...words: string[]) =>
  kindred(["pull", "owner/name", "--out", folder.at(name), ...words], {
    env: { HF_ENDPOINT: hub.endpoint, HF_TOKEN: "secret" },
  });
const large = () => hub.requests.filter(({ host }) => host === "store");
const partials = async (name: string): Promise<string[]> =>
  (await readdir(folder.at(name), { recursive: true })).filter((file) => file.endsWith(".partial"));

/** Waits until so many more bytes of a file have been written. */
function arrivals(name: string, each: number): () => Promise<void> {
  let expected = 0;
  return async () => {
    expected += each;
    for (;;) {
      const [partial] = await partials(name).catch(() => []);
      if (partial !== undefined && (await stat(folder.at(name, partial))).size >= expected) return;
      await setTimeout(2);
    }
  };
}

describe("kindred pull", () => {
  it("fetches what the towers need, checked, so that they embed", async () => {
    const { code, stdout, stderr } = await pull("all", "--json");
    expect(code, stderr).toBe(0);
    const told = JSON.parse(stdout);
    expect(told).toMatchObject({ id: "owner/name", commit, towers: ["text", "image"], dtype: "fp32" });
    const paths = told.files.map(({ path }: { path: string }) => path);
    expect(paths.sort()).toEqual([
      ...["config.json", "onnx/text_model.onnx", "onnx/vision_model.onnx", "preprocessor_config.json"],
      ...["tokenizer.json", "tokenizer_config.json"],
    ]);
    for (const path of paths) {
      expect(await readFile(`${folder.at("all")}/${path}`)).toEqual(
        await readFile(`${goldenFolder("clip")}/${path}`),
      );
    }
    const tower = await pretrainedTower(folder.at("all"), "text");
    const { texts, text } = await golden("clip");
    expect(greatestDifference(await tower.embed(texts), text as number[][])).toBeLessThan(1e-4);
    await tower.dispose();
  });

  it("gives the token to the hub, and not to where it redirects", async () => {
    await pull("token");
    expect(large()).toHaveLength(2);
    for (const { host, authorization } of hub.requests) {
      expect(authorization).toBe(host === "hub" ? "Bearer secret" : undefined);
    }
  });

  it("fetches nothing again that is there, and one tower where one is wanted", async () => {
    expect((await pull("again", "--tower", "text")).code).toBe(0);
    expect(existsSync(folder.at("again", "onnx", "vision_model.onnx"))).toBe(false);
    hub.requests.length = 0;
    expect((await pull("again")).code).toBe(0);
    expect(large().map(({ path }) => path)).toEqual(["/onnx/vision_model.onnx"]);
    const list = JSON.parse(await readFile(folder.at("again", "kindred-pull.json"), "utf8"));
    expect(list).toMatchObject({ id: "owner/name", revision: "main", commit });
    expect(list.files).toHaveLength(6);
  });

  it("puts files into the cache, by commit, where no folder is named", async () => {
    const env = { HF_ENDPOINT: hub.endpoint, KINDRED_CACHE: folder.at("cache") };
    const { stdout } = await kindredOk(["pull", "owner/name@main", "--json"], { env });
    expect(JSON.parse(stdout).folder).toBe(folder.at("cache", "hub", "owner--name", commit));
  });

  it("goes on where a connection was cut", async () => {
    hub.cut = { after: 30_000, times: 2, until: arrivals("cut", 30_000) };
    const { code, stderr } = await pull("cut", "--tower", "image");
    expect(code, stderr).toBe(0);
    expect(large().map(({ range }) => range)).toEqual([undefined, "bytes=30000-", "bytes=60000-"]);
    expect(await partials("cut")).toEqual([]);
  });

  it("keeps what arrived where the connection breaks for good, and goes on the next time", async () => {
    const arrived = arrivals("later", 30_000);
    hub.cut = {
      ...{ after: 30_000, times: 1 },
      until: async () => {
        await arrived();
        hub.cut = { after: 0, times: Number.POSITIVE_INFINITY };
      },
    };
    const { code, stderr } = await pull("later", "--tower", "image");
    expect(code).toBe(1);
    expect(stderr.trimEnd().split("\n").at(-1)).toMatch(
      /^kindred: 127\.0\.0\.1:\d+ cannot be reached \(.+\): check the connection/,
    );
    expect(await partials("later")).toHaveLength(1);
    expect(existsSync(folder.at("later", "onnx", "vision_model.onnx"))).toBe(false);
    hub.cut = { after: 0, times: 0 };
    hub.requests.length = 0;
    expect((await pull("later", "--tower", "image")).code).toBe(0);
    expect(large().map(({ range }) => range)).toEqual(["bytes=30000-"]);
  });

  it("keeps nothing whose checksum is wrong", async () => {
    hub.damaged = true;
    const { code, stderr } = await pull("damaged", "--tower", "image");
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /onnx\/vision_model\.onnx of owner\/name arrived with \d+ bytes of checksum \w{64}, expected \d+ of \w{64}: run/,
    );
    expect(await readdir(folder.at("damaged", "onnx"))).toEqual([]);
  });

  it.each([
    ["no such model", ["owner/other"], null, 2, /has no owner\/other@main: check its name and revision/],
    [
      "a closed model",
      ["owner/name"],
      "other",
      2,
      /does not open owner\/name@main \(401\): the token in HF_TOKEN may not/,
    ],
    [
      "another precision",
      ["owner/name", "--dtype", "q8"],
      null,
      2,
      /has no onnx\/text_model_quantized\.onnx, expected one of --dtype fp32/,
    ],
    [
      "a modality that it lacks",
      ["owner/name", "--tower", "audio"],
      null,
      2,
      /embeds text and image, not audio \(--tower\): leave it out/,
    ],
    ["a name of another form", ["../name"], null, 2, /\.\.\/name is no name of a model on a hub/],
  ] as const)("refuses %s in one line", async (_, words, token, exit, line) => {
    hub.token = token;
    const env = { HF_ENDPOINT: hub.endpoint, HF_TOKEN: "secret" };
    const { code, stderr } = await kindred(["pull", ...words, "--out", folder.at("refused")], { env });
    expect(code).toBe(exit);
    expect(stderr.trimEnd().split("\n").at(-1)).toMatch(line);
  });

  it("says in one line that there is no connection", async () => {
    const gone = await startHub(goldenFolder("vit"));
    await gone.close();
    const { code, stderr } = await kindred(["pull", "owner/name"], { env: { HF_ENDPOINT: gone.endpoint } });
    expect(code).toBe(1);
    expect(stderr.trimEnd().split("\n").slice(1)).toEqual([
      expect.stringMatching(
        /^kindred: 127\.0\.0\.1:\d+ cannot be reached \(ECONNREFUSED\): check the connection and run the command again, or copy/,
      ),
    ]);
  });

  it("stops at Ctrl-C and keeps what has arrived", async () => {
    const stop = new AbortController();
    stop.abort();
    const { code, stderr } = await kindred(["pull", "owner/name", "--out", folder.at("stopped")], {
      env: { HF_ENDPOINT: hub.endpoint },
      signal: stop.signal,
    });
    expect(code, stderr).toBe(130);
    expect(stderr).toContain("stopped; the same command goes on from here");
  });
});
