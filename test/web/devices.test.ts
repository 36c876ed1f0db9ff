import { availableParallelism } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchChromium, noChromium } from "../browser/chromium.ts";
import { serveTests, type TestServer } from "./bundle.ts";
import type { Setup } from "./protocol.ts";
import { softwareWebgpu } from "./softwareWebgpu.ts";
import { TestPage } from "./testPage.ts";

const entry = join(import.meta.dirname, "tests.ts");

/** What is said of the threads that are taken unasked: one processor is the page's. */
function usualThreads(): string {
  const processors = availableParallelism();
  if (processors === 2) return "1 thread: the other processor is left to the page";
  return processors < 2 ? "1 thread" : `${Math.min(8, processors - 1)} threads`;
}

describe.skipIf(noChromium !== null)(`webRuntime in Chromium ${noChromium ?? ""}`, () => {
  let browser: Browser;
  let server: TestServer;
  let open: TestServer;
  beforeAll(async () => {
    browser = await launchChromium(softwareWebgpu);
    server = await serveTests(entry);
    open = await serveTests(entry, { isolated: false });
  });
  afterAll(async () => {
    await browser.close();
    await server.close();
    await open.close();
  });

  /** The device of a fresh page, or its refusal. */
  async function device(url: string, setup: Setup): Promise<string> {
    const page = await TestPage.open(browser, url);
    try {
      const { name, description } = (await page.ask({ type: "device", ...setup })) as Record<string, string>;
      return `${name}: ${description}`;
    } catch (error) {
      return String(error).split("\n")[0]!;
    } finally {
      await page.close();
    }
  }

  it("leaves software WebGPU for threads of wasm, and says so", async () => {
    expect(await device(server.url, {})).toMatch(
      new RegExp(
        `^wasm: wasm \\(${usualThreads()}, ONNX Runtime 1\\.\\d+\\.\\d+, WebGPU is software here \\(google swiftshader\\)\\)$`,
      ),
    );
  });

  it("takes software WebGPU when it is asked for by name", async () => {
    expect(await device(server.url, { device: "webgpu" })).toMatch(
      /^webgpu: webgpu \(google swiftshader, software, ONNX Runtime 1\.\d+\.\d+\)$/,
    );
  });

  it("has one thread where the page is not isolated, and refuses more", async () => {
    expect(await device(open.url, { device: "wasm" })).toMatch(
      /^wasm: wasm \(1 thread: the page is not cross-origin isolated, ONNX Runtime 1\.\d+\.\d+\)$/,
    );
    expect(await device(open.url, { device: "wasm", threads: 2 })).toBe(
      "Error: InputError: 2 threads were asked for, but the page is not cross-origin isolated: serve it with Cross-Origin-Opener-Policy same-origin and Cross-Origin-Embedder-Policy require-corp, or ask for 1",
    );
  });

  it("has as many threads as were asked for, and keeps to them within a worker", async () => {
    const page = await TestPage.open(browser, server.url);
    const ask = (setup: Setup): Promise<unknown> => page.ask({ type: "device", ...setup });
    expect(await ask({ device: "wasm", threads: 2 })).toMatchObject({
      description: expect.stringMatching(/^wasm \(2 threads, /),
    });
    await expect(ask({ device: "wasm", threads: 1 })).rejects.toThrow("loaded with 2 here");
    expect(await ask({ device: "wasm" })).toMatchObject({
      description: expect.stringMatching(/^wasm \(2 threads, /),
    });
    await page.close();
  });

  it("says where there is no WebGPU at all", async () => {
    const bare = await launchChromium(["--disable-features=WebGPU", "--disable-gpu"]);
    try {
      const page = await TestPage.open(bare, server.url);
      await expect(page.ask({ type: "device", device: "webgpu" })).rejects.toThrow(
        /device "webgpu" is not to be had: .+; choose wasm or auto/,
      );
    } finally {
      await bare.close();
    }
  });
});
