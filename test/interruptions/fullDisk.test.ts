// As the commands that are started here.
import "../oneThread.ts";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { cropped, mnist, writeCsv } from "../cli/dataFiles.fixture.ts";
import { kindredOk, temporaryFolder } from "../cli/kindred.fixture.ts";
import { namesBelow, readRunFiles } from "../cli/runFiles.fixture.ts";

const folder = temporaryFolder();
const oneThread = new URL("../oneThread.ts", import.meta.url).href;
const bin = fileURLToPath(new URL("../../dist/cli/bin.js", import.meta.url));

/** A small disk needs a mount of its own, which Linux grants to a process in its own namespace. */
const mountable =
  process.platform === "linux" &&
  spawnSync("unshare", ["-rm", "mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", "/mnt"]).status === 0;

/** Room for an epoch's files (1.4 MB of state, 0.5 MB of weights twice, the figure) but not for the next state. */
const script = `
set -u
mount -t tmpfs -o size="$SIZE" tmpfs disk
"$NODE" --import "$ONE_THREAD" "$BIN" "$@" --out disk/run >stdout 2>stderr; echo $? >code
cp -r disk/run stopped
mount -o remount,size=100m disk
"$NODE" --import "$ONE_THREAD" "$BIN" train --resume --out disk/run >/dev/null 2>&1; echo $? >resumed
cp -r disk/run finished
`;

beforeAll(async () => {
  await writeCsv(folder.at("digits.csv"), cropped(await mnist(120), 12));
});

describe.skipIf(!mountable)("kindred train on a disk that fills up (needs Linux and unshare)", () => {
  const args = (): string[] => {
    const size = ["--validation", "20", "--epochs", "2", "--batch-size", "32"];
    // The lesson's encoder, whose checkpoints are large.
    return ["train", "--recipe", "lesson", "--data", folder.at("digits.csv"), ...size];
  };

  async function trainOnDiskOf(name: string, size: string): Promise<{ code: string; resumed: string }> {
    const cwd = folder.at(name);
    await mkdir(folder.at(name, "disk"), { recursive: true });
    execFileSync("unshare", ["-rm", "sh", "-c", script, "sh", ...args()], {
      cwd,
      env: { ...process.env, NODE: process.execPath, BIN: bin, ONE_THREAD: oneThread, SIZE: size },
    });
    const text = async (file: string) => (await readFile(folder.at(name, file), "utf8")).trim();
    return { code: await text("code"), resumed: await text("resumed") };
  }

  it("stops with one clear line, loses nothing written, and resumes to the same bits", async () => {
    await kindredOk([...args(), "--out", folder.at("whole")]);
    const { code, resumed } = await trainOnDiskOf("filling", "4000k");
    expect({ code, resumed }).toEqual({ code: "2", resumed: "0" });
    const lines = (await readFile(folder.at("filling", "stderr"), "utf8")).trimEnd().split("\n");
    expect(lines.filter((line) => line.startsWith("kindred: "))).toEqual([
      expect.stringMatching(
        /disk\/run\/.* cannot be written: the disk is full: free some space, or choose another path \(ENOSPC\)/,
      ),
    ]);
    expect(lines.at(-1)).toMatch(/^kindred: /);
    expect(lines.join("\n")).not.toMatch(/\n\s+at |Error:/);
    expect(await readFile(folder.at("filling", "stdout"), "utf8")).toBe("");

    const names = await namesBelow(folder.at("filling", "stopped"));
    expect(names).toContain("checkpoints/model_epoch_0.pt");
    expect(names.filter((name) => name.endsWith(".tmp"))).toEqual([]);
    const stopped = await readRunFiles(folder.at("filling", "stopped"));
    expect(stopped.progress).toMatchObject({ epoch: 1, batch: 0 });
    expect(await readRunFiles(folder.at("filling", "finished"))).toEqual(
      await readRunFiles(folder.at("whole")),
    );
  });
});
