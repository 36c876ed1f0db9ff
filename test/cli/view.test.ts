import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { hasScreen } from "../../src/cli/view.ts";
import { pageFolder } from "../../src/server/page.ts";
import { asked } from "../server/explorer.fixture.ts";
import { kindred, kindredOk, type StartedCommand, startKindred, temporaryFolder } from "./kindred.fixture.ts";

const folder = temporaryFolder();
const noScreen = { DISPLAY: "", WAYLAND_DISPLAY: "", CI: "" };

/** The address that it says it is at. */
async function addressOf({ process: child, finished }: StartedCommand): Promise<string> {
  return new Promise((resolve, reject) => {
    child.stdout!.on("data", (text: string) => {
      const address = /http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]{32}/.exec(text)?.[0];
      if (address) resolve(address);
    });
    void finished.then(({ code, stderr }) => reject(new Error(`ended with ${code}: ${stderr}`)));
  });
}

describe("kindred view", () => {
  it("without a screen says in one line how to look later", async () => {
    const { code, stdout, stderr } = await kindred(["view", "--run", "runs/x", "--when-screen"], {
      env: noScreen,
    });
    expect({ code, stdout, stderr }).toEqual({
      code: 0,
      stdout: "no screen here: look at it later with kindred view --run runs/x\n",
      stderr: "",
    });
  });

  it("serves on 127.0.0.1 until Ctrl-C, and saves the training that it stops", async () => {
    expect(existsSync(join(pageFolder, "index.html")), "run npm run build first, as npm test does").toBe(
      true,
    );
    const view = startKindred(["view", "--run", folder.at("run"), "--port", "0", "--json"], {
      env: noScreen,
    });
    const failed = await view.finished;
    expect(failed).toMatchObject({ code: 2, stdout: "" });
    expect(failed.stderr).toMatch(/holds no run .+ train one with kindred train/);

    const small = ["--limit", "300", "--validation", "60", "--recipe", "fast", "--epochs", "1"];
    await kindredOk(["train", ...small, "--out", folder.at("run")]);
    const served = startKindred(["view", "--run", folder.at("run"), "--port", "0", "--json"], {
      env: noScreen,
    });
    const url = await addressOf(served);
    const hello = (await (await asked(url, "api/hello")).json()) as { run: unknown };
    expect(hello.run).toMatchObject({ name: "run", checkpoints: [0] });
    const taken = await kindred(["view", "--port", new URL(url).port], { env: noScreen });
    expect(taken).toMatchObject({ code: 2, stdout: "" });
    expect(taken.stderr).toMatch(/^kindred: port \d+ is in use: choose another --port.+\n$/);

    const request = { data: "mnist", recipe: "fast", loss: null, epochs: 500, limit: 300, seed: 1 };
    await asked(url, "api/training", { method: "POST", body: JSON.stringify(request) });
    const run = folder.at("explorer-1");
    while (!existsSync(`${run}/metrics.jsonl`)) await wait(100);
    // Another process must not train the same run meanwhile.
    const other = await kindred(["train", "--resume", "--out", run]);
    expect(other).toMatchObject({ code: 2, stdout: "" });
    expect(other.stderr).toMatch(
      new RegExp(`^kindred: .+ is being trained by process ${served.process.pid} since .+\n$`),
    );

    served.process.kill("SIGINT");
    const { code, stdout, stderr } = await served.finished;
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({ url, port: Number(new URL(url).port), run: folder.at("run") });
    expect(stderr).toContain(`stopped and saved: go on with kindred train --resume --out ${run}`);
    expect(existsSync(`${run}/checkpoints/latest.safetensors`)).toBe(true);
    expect(existsSync(`${run}/run.lock`)).toBe(false);
  });

  it("knows a screen when there is one", () => {
    expect(hasScreen("darwin", {})).toBe(true);
    expect(hasScreen("win32", {})).toBe(true);
    expect(hasScreen("linux", {})).toBe(false);
    expect(hasScreen("linux", { DISPLAY: ":0" })).toBe(true);
    expect(hasScreen("linux", { WAYLAND_DISPLAY: "wayland-0" })).toBe(true);
    expect(hasScreen("linux", { DISPLAY: ":0", CI: "true" })).toBe(false);
    expect(hasScreen("darwin", { CI: "1" })).toBe(false);
  });
});
