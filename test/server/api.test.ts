import { createHash } from "node:crypto";
import { cp, mkdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { lossNames } from "../../src/losses/index.ts";
import { loadDataset } from "../../src/platform/node/datasets/datasets.ts";
import { createCanvas } from "../../src/platform/node/figures/canvas.ts";
import { RunFolder } from "../../src/platform/node/run/runFolder.ts";
import { readPt } from "../../src/runs/index.ts";
import { checkpointIn } from "../../src/server/openedRun.ts";
import { openRun } from "../../src/server/openRun.ts";
import { type Hello, spaceSources } from "../../src/workspace/index.ts";
import { asked, messageOf, messagesOf, raw, servedExplorer, smallCount } from "./explorer.fixture.ts";

const served = servedExplorer();
const get = (path: string): Promise<Response> => asked(served.url, path);
const post = (path: string, body: Uint8Array<ArrayBuffer> | string): Promise<Response> =>
  asked(served.url, path, { method: "POST", body });

const unused = (): never => {
  throw new Error("a run of pictures is opened without a runtime");
};

async function problem(response: Response): Promise<{ status: number; detail: string }> {
  expect(response.headers.get("content-type")).toBe("application/problem+json");
  const { type, title, status, detail } = (await response.json()) as Record<string, string>;
  expect({ type, status }).toEqual({ type: "about:blank", status: response.status });
  expect(title).toMatch(/^[A-Z][\w ]+$/);
  expect(detail).not.toContain("\n");
  expect(detail).not.toContain(served.at());
  return { status: response.status, detail: detail! };
}

describe("the page", () => {
  it("is served, its hashed files for good", async () => {
    const page = await get("");
    expect(await page.text()).toContain("<title>explorer</title>");
    expect(page.headers.get("content-type")).toMatch(/^text\/html/);
    expect(page.headers.get("cache-control")).toBe("no-cache");
    const script = await get("assets/main-A1b2C3d4.js");
    expect(script.headers.get("content-type")).toMatch(/^text\/javascript/);
    expect(script.headers.get("cache-control")).toContain("immutable");
    expect((await problem(await get("assets/none.js"))).status).toBe(404);
  });
});

describe("/api/hello", () => {
  it("tells of the engine, what can be chosen, and the open run", async () => {
    const hello = (await (await get("api/hello")).json()) as Hello;
    expect(hello.version).toMatch(/^\d+\.\d+\.\d+/);
    expect(hello.device).toMatch(/ONNX Runtime/);
    expect(hello.datasets.map(({ name, count }) => [name, count])).toEqual([
      ["mnist", 42_000],
      ["mnist-60k", 60_000],
    ]);
    expect(hello.losses.map(({ name }) => name)).toEqual(lossNames);
    for (const { title, about } of [...hello.losses, ...hello.recipes, ...hello.datasets]) {
      expect(title.length).toBeGreaterThan(3);
      expect(about).toMatch(/^[A-Z].+\.$/);
    }
    const defaults = { data: "mnist", recipe: "auto", loss: null, epochs: null, limit: null, seed: 1 };
    expect(hello.defaults).toEqual(defaults);
    expect(hello.training).toEqual({ phase: "idle", request: null, reason: null });
    expect(hello.run).toMatchObject({
      ...{ name: "small", data: "mnist", recipe: "fast", loss: "supcon", epochs: 2, dim: 64 },
      ...{
        checkpoints: [0, 1],
        count: smallCount,
        classes: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
        parameters: 60_704,
      },
      modalities: [
        {
          ...{ modality: "image", items: "pictures", count: smallCount },
          preview: { kind: "pixels", width: 28, height: 28, channels: 1 },
          query: {
            ...{ kind: "image", digits: true },
            input: { width: 28, height: 28, channels: 1 },
            fitting: { size: 28, channels: 1, fit: "cover" },
          },
        },
      ],
      ...{ labelled: true, classNames: null, index: null },
    });
    expect(hello.run!.metrics.map(({ epoch }) => epoch)).toEqual([1, 2]);
    expect(hello.run!.snapshots).toBe(2);
  });
});

describe("the checkpoint that is taken where none is named", () => {
  it("is the best one where patience keeps one, as for all commands", async () => {
    const run = served.at("runs", "patient");
    await cp(served.run, run, { recursive: true });
    const config = JSON.parse(await readFile(join(run, "config.json"), "utf8")) as object;
    await writeFile(join(run, "config.json"), JSON.stringify({ ...config, patience: 3 }));
    const rows = (await readFile(join(run, "metrics.jsonl"), "utf8")).trim().split("\n");
    const best = rows.map((row) => JSON.stringify({ ...JSON.parse(row), best: 1 }));
    await writeFile(join(run, "metrics.jsonl"), `${best.join("\n")}\n`);
    const folder = new RunFolder(run);
    expect((await folder.readWeights()).epoch).toBe(0);
    const opened = await openRun(run, { runtime: unused });
    expect(opened!.info).toMatchObject({ checkpoints: [0, 1], best: 0 });
    expect(checkpointIn(opened!, null)).toBe(0);
    expect(checkpointIn(opened!, 1)).toBe(1);
    // All maps lie as that of the best does.
    expect(spaceSources(opened!, 1)).toEqual({ checkpoint: 1, before: 0, reference: 0 });
    expect(spaceSources(opened!, 0)).toEqual({ checkpoint: 0, before: null, reference: null });
    const small = await openRun(served.run, { runtime: unused });
    expect(small!.info.best).toBeNull();
    expect(checkpointIn(small!, null)).toBe(1);
  });
});

describe("previews", () => {
  it("come in the order asked for", async () => {
    const rows = Uint32Array.of(smallCount - 1, 0, 7);
    const { head, arrays } = await messageOf(await post("api/previews", new Uint8Array(rows.buffer)));
    const picture = { width: 28, height: 28, channels: 1 };
    expect(head).toEqual({
      ...{ type: "previews", count: 3, picture, inFiles: null, mediaTypes: [], paths: null },
    });
    const { pixels } = await loadDataset("mnist", { limit: smallCount });
    for (const [i, row] of rows.entries()) {
      expect(arrays.pixels!.slice(i * 784, (i + 1) * 784)).toEqual(
        Uint8Array.from(pixels.subarray(row * 784, (row + 1) * 784)),
      );
    }
  });

  it("of text are asked about only where a tower takes it", async () => {
    expect(await problem(await post("api/embed?modality=text", new TextEncoder().encode("seven")))).toEqual({
      status: 409,
      detail: "the run small has no tower that embeds text here: ask about pictures",
    });
    expect((await problem(await post("api/embed", new Uint8Array(1)))).status).toBe(400);
  });

  it("are refused for rows that are none", async () => {
    const rows = (...all: number[]) => new Uint8Array(Uint32Array.from(all).buffer);
    expect(await problem(await post("api/previews", rows(smallCount)))).toEqual({
      status: 400,
      detail: `rows: received ${smallCount}, expected rows from 0 to ${smallCount - 1}`,
    });
    expect((await problem(await post("api/previews", new Uint8Array(5)))).status).toBe(400);
    expect((await problem(await post("api/previews", rows(...new Array(1025).fill(0))))).status).toBe(413);
    expect((await problem(await post("api/previews", new Uint8Array(8192)))).status).toBe(413);
  });

  it("of a file are decoded by what they are, made smaller", async () => {
    const canvas = await createCanvas(2048, 512);
    const context = canvas.getContext("2d");
    context.fillStyle = "#ff0000";
    context.fillRect(0, 0, 2048, 512);
    const files = [canvas.encode("png"), canvas.encode("jpeg"), canvas.encode("webp"), canvas.encode("gif")];
    for (const file of files) {
      const bytes = new Uint8Array(await file);
      const { head, arrays } = await messageOf(await post("api/picture", bytes));
      expect(head).toEqual({ type: "picture", width: 1024, height: 256 });
      expect(arrays.pixels).toHaveLength(1024 * 256 * 4);
      const [red, green, blue, alpha] = arrays.pixels!.subarray(4 * 1000, 4 * 1001);
      expect(red).toBeGreaterThan(250);
      expect(Math.max(green!, blue!)).toBeLessThan(6);
      expect(alpha).toBe(255);
    }
  });

  it("of a file are refused that are none, too large by what they say, or damaged", async () => {
    const svg = new TextEncoder().encode(
      `<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>`.repeat(2),
    );
    expect((await problem(await post("api/picture", svg))).status).toBe(415);
    const png = new Uint8Array(await (await createCanvas(9, 9)).encode("png"));
    const bomb = png.slice();
    new DataView(bomb.buffer).setUint32(16, 60_000);
    new DataView(bomb.buffer).setUint32(20, 60_000);
    expect(await problem(await post("api/picture", bomb))).toEqual({
      status: 422,
      detail: "the PNG is 60000 x 60000 pixels, expected 1 to 16,000,000 in all: make it smaller",
    });
    const { status, detail } = await problem(await post("api/picture", png.slice(0, 60)));
    expect(status).toBe(422);
    expect(detail).toMatch(/damaged/);
  });
});

describe("a picture file for the encoder", () => {
  it("is fitted as its pictures are, whatever its format", async () => {
    const pixels = new Uint8Array(60 * 40 * 3).fill(200);
    const raw3 = { raw: { width: 60, height: 40, channels: 3 } } as const;
    const file = (format: "png" | "jpeg" | "webp" | "gif" | "tiff" | "avif"): Promise<Buffer> =>
      sharp(pixels, raw3).toFormat(format).toBuffer();
    for (const format of ["png", "jpeg", "webp", "gif", "tiff", "avif"] as const) {
      const { head, arrays } = await messageOf(await post("api/fitted", new Uint8Array(await file(format))));
      expect(head, format).toEqual({ type: "fitted", width: 28, height: 28, channels: 1 });
      expect(arrays.pixels, format).toHaveLength(784);
      expect(Math.abs(arrays.pixels![400]! - 200), format).toBeLessThan(4);
    }
  });

  it("is refused that is none, too large by what it says, or damaged", async () => {
    const svg = new TextEncoder().encode(
      `<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>`,
    );
    const png = new Uint8Array(await (await createCanvas(9, 9)).encode("png"));
    const bomb = png.slice();
    new DataView(bomb.buffer).setUint32(16, 60_000);
    expect(await problem(await post("api/fitted", svg))).toEqual({
      status: 415,
      detail: `the ${svg.length} bytes are no picture that can be read, expected PNG, JPEG, WebP, GIF, BMP, PNM, TIFF or AVIF`,
    });
    expect((await problem(await post("api/fitted", new Uint8Array(0)))).status).toBe(415);
    expect((await problem(await post("api/fitted", bomb))).status).toBe(422);
    expect((await problem(await post("api/fitted", png.slice(0, 60)))).status).toBe(422);
    expect((await problem(await post("api/fitted", new Uint8Array(10 * 2 ** 20 + 1)))).status).toBe(413);
  });
});

describe("a search of an index", () => {
  it("is refused where it makes no sense, or there is none", async () => {
    const search = async (body: object): Promise<{ status: number; detail: string }> =>
      problem(await post("api/index-search", JSON.stringify(body)));
    const vector = Array.from({ length: 64 }, () => 1);
    expect((await search({ vector, k: 3, where: null })).detail).toMatch(/^no index of the open run/);
    for (const wrong of [{ vector: [1] }, { k: 0 }, { k: 201 }, { where: 3 }, { more: 1 }]) {
      expect(await search({ vector, k: 3, where: null, ...wrong })).toMatchObject({ status: 400 });
    }
    expect((await problem(await post("api/index-search", "{"))).detail).toMatch(/^the body is no JSON/);
  });
});

describe("the space", () => {
  it("is computed once, kept, and read again", async () => {
    const first = await messagesOf(await get("api/space?checkpoint=1"));
    const parts = first.filter(({ head }) => head.type !== "progress");
    expect(parts.map(({ head }) => head.type)).toEqual(["points", "neighbours", "umap", "end"]);
    expect(first.length).toBeGreaterThan(parts.length);
    const [points, neighbours, umap] = parts;
    expect(points!.head).toMatchObject({ checkpoint: 1, count: smallCount, dim: 64 });
    expect([points!.arrays.pca!.length, neighbours!.arrays.rows!.length, umap!.arrays.umap!.length]).toEqual([
      3 * smallCount,
      12 * smallCount,
      2 * smallCount,
    ]);
    const kept = join(served.run, "explorer", "space_train_epoch_1.bin");
    const { mtimeMs } = await stat(kept);
    const again = await messagesOf(await get("api/space"));
    expect(again).toEqual(parts);
    expect((await stat(kept)).mtimeMs).toBe(mtimeMs);

    const { arrays } = await messageOf(await get("api/embeddings?checkpoint=1"));
    const { mean, components, pca } = points!.arrays;
    for (const row of [0, 300]) {
      const unit = Float32Array.from(arrays.embeddings!).subarray(row * 64, (row + 1) * 64);
      expect(unit.reduce((sum, x) => sum + x * x, 0)).toBeCloseTo(1, 5);
      const x = unit.reduce((sum, value, i) => sum + (value - mean![i]!) * components![i]!, 0);
      expect(x).toBeCloseTo(pca![row * 3]!, 4);
    }
    const pairs = await messageOf(await get("api/hard-pairs?checkpoint=1"));
    expect(pairs.head).toMatchObject({ type: "hardPairs", checkpoint: 1, count: 24 });
  });

  it("is computed anew when what was kept is damaged or of another checkpoint", async () => {
    const first = await messagesOf(await get("api/space?checkpoint=0"));
    const kept = join(served.run, "explorer", "space_train_epoch_0.bin");
    const hash = async (): Promise<string> =>
      createHash("sha256")
        .update(await readFile(kept))
        .digest("hex");
    const before = await hash();
    const bytes = await readFile(kept);
    await writeFile(kept, bytes.subarray(0, bytes.length / 2));
    // Another is asked for in between, so that this one is not at hand in memory.
    await messagesOf(await get("api/space?checkpoint=1"));
    const again = await messagesOf(await get("api/space?checkpoint=0"));
    expect(again.filter(({ head }) => head.type === "progress")).not.toEqual([]);
    expect(again.at(-1)!.head.type).toBe("end");
    expect(await hash()).toBe(before);
    expect(first.at(-1)!.head.type).toBe("end");
    await writeFile(kept, await readFile(join(served.run, "explorer", "space_train_epoch_1.bin")));
    await messagesOf(await get("api/space?checkpoint=1"));
    await messagesOf(await get("api/space?checkpoint=0"));
    expect(await hash()).toBe(before);
  });

  it("names what is wrong with a checkpoint", async () => {
    expect(await problem(await get("api/space?checkpoint=7"))).toEqual({
      status: 404,
      detail: "checkpoint: received 7, expected one that there is: 0, 1",
    });
    for (const wrong of ["-1", "1.5", "x", "", "1e3", "99999999999"]) {
      const { status, detail } = await problem(await get(`api/embeddings?checkpoint=${wrong}`));
      expect(status).toBe(400);
      expect(detail).toContain(`checkpoint: received "${wrong}"`);
    }
  });
});

describe("files of the run", () => {
  it("are handed out: the encoder, the weights, the recording", async () => {
    const encoder = await get("api/encoder?checkpoint=1");
    expect(encoder.headers.get("content-disposition")).toContain("encoder_epoch_1.onnx");
    expect(Buffer.from(await encoder.arrayBuffer())).toEqual(
      await readFile(join(served.run, "model", "image.onnx")),
    );
    const weights = new Uint8Array(await (await get("api/checkpoint")).arrayBuffer());
    expect(readPt(weights, "answer").size).toBeGreaterThan(10);
    const { head, arrays } = await messageOf(await get("api/recording"));
    const { snapshots, count } = head as unknown as { snapshots: number; count: number };
    expect(count).toBeGreaterThan(100);
    expect(arrays.embeddings).toHaveLength(snapshots * count * 64);
    expect(arrays.losses![0]).toBeNaN();
    expect(arrays.steps![0]).toBe(0);
  });

  it("are read by their path, in parts too, a page of plots in a sandbox", async () => {
    const config = await get("api/run/config.json");
    expect(await config.json()).toMatchObject({ recipe: "fast" });
    const part = await asked(served.url, "api/run/config.json", { headers: { range: "bytes=0-0" } });
    expect([part.status, await part.text()]).toEqual([206, "{"]);
    await mkdir(join(served.run, "plots"), { recursive: true });
    await writeFile(join(served.run, "plots", "umap.html"), "<script>1</script>");
    const plot = await get("api/run/plots/umap.html");
    expect(plot.headers.get("content-type")).toMatch(/^text\/html/);
    const policy = plot.headers.get("content-security-policy");
    expect(policy).toMatch(/^sandbox allow-scripts/);
    expect(policy).toContain("script-src 'unsafe-inline'");
    expect(policy).not.toContain("allow-same-origin");
    expect((await problem(await get("api/run/none.html"))).status).toBe(404);
  });

  it("are confined to its folder", async () => {
    await writeFile(served.at("secret.txt"), "secret");
    await symlink(served.at("secret.txt"), join(served.run, "link.txt"));
    await symlink(served.at(), join(served.run, "up"));
    const hidden = ["run.lock", "index.lance/index.lock", ".figure.png.7-1.tmp", "explorer/space.bin"];
    for (const name of [...hidden, "run.lock.takeover.tmp"]) {
      await mkdir(dirname(join(served.run, name)), { recursive: true });
      await writeFile(join(served.run, name), "secret\n");
    }
    const paths = [
      ...[...hidden, "run.lock.takeover.tmp", "plots/../run.lock", "./explorer/../explorer/space.bin"],
      ...[
        "link.txt",
        "up/secret.txt",
        "../../secret.txt",
        "%2e%2e/%2e%2e/secret.txt",
        "..%2f..%2fsecret.txt",
      ],
      ...[
        "plots/../../../secret.txt",
        "..%5c..%5csecret.txt",
        "/etc/passwd",
        "%2fetc%2fpasswd",
        "config.json%00",
      ],
      ...["", ".", "plots", "%252e%252e/%252e%252e/secret.txt", `${served.at("secret.txt")}`],
    ];
    for (const path of paths) {
      const { status, text } = await raw(served.port, `/api/run/${path}`);
      expect([path, status]).toEqual([path, 404]);
      expect(text).not.toContain("secret\n");
      expect(JSON.parse(text)).toMatchObject({ status: 404 });
    }
  });
});
