// As the commands that are started here.
import "../oneThread.ts";
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { cp, mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { cropped, mnist, writeCsv } from "../cli/dataFiles.fixture.ts";
import { kindredOk, startKindred, temporaryFolder } from "../cli/kindred.fixture.ts";
import { copyTrainedRun, digitFiles } from "../cli/trainedRun.fixture.ts";

const folder = temporaryFolder();
const oneThread = new URL("../oneThread.ts", import.meta.url).href;
const bin = fileURLToPath(new URL("../../dist/cli/bin.js", import.meta.url));

/** A small disk needs a mount of its own, which Linux grants to a process in its own namespace. */
const mountable =
  process.platform === "linux" &&
  spawnSync("unshare", ["-rm", "mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", "/mnt"]).status === 0;

beforeAll(async () => {
  // Three parts of 4,096 pictures at most, so that there is more to do when the first is in.
  await writeCsv(folder.at("many.csv"), cropped(await mnist(9000), 12));
  await copyTrainedRun(folder.at("run"));
  await kindredOk(["index", "--run", folder.at("run"), "--out", folder.at("my.lance")]);
});

/** All files with their contents. */
async function contents(path: string): Promise<Record<string, string>> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const names = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(path.length + 1));
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await readFile(join(path, name), "base64")])),
  );
}

const search = async (index: string) =>
  JSON.parse((await kindredOk(["search", "--index", index, "--id", "7", "-k", "20", "--json"])).stdout);

/** Indexes the many pictures, interrupted once there are more entries than `moreThan` below a folder. */
function interrupted(out: string, signal: NodeJS.Signals, at: { filesBelow: string; moreThan: number }) {
  const args = ["index", "--run", folder.at("run"), "--data", folder.at("many.csv"), "--out", out];
  return startKindred([...args, ...(existsSync(out) ? ["--add"] : [])], { at: { signal, ...at } }).finished;
}

const files = async (path: string) =>
  existsSync(path) ? (await readdir(path, { recursive: true })).length : 0;

describe("kindred index that is interrupted", () => {
  it.each(["SIGINT", "SIGTERM"] as const)(
    "by %s leaves a new index out, and an old one as it was",
    async (signal) => {
      const names = async () => (await readdir(folder.at())).sort();
      const before = await names();
      const { code, stderr } = await interrupted(folder.at("new.lance"), signal, {
        filesBelow: folder.at(),
        moreThan: await files(folder.at()),
      });
      expect({ code, last: stderr.trimEnd().split("\n").at(-1) }, stderr).toEqual({
        code: 130,
        last: `stopped: ${folder.at("new.lance")} is as it was`,
      });
      expect(await names()).toEqual(before);

      const index = folder.at("my.lance");
      const untouched = await contents(index);
      const count = await files(index);
      const begun = { filesBelow: index, moreThan: count + 4 };
      const stopped = await interrupted(index, signal, begun);
      expect(stopped.code, stopped.stderr).toBe(130);
      expect(await contents(index)).toEqual(untouched);
    },
  );

  it("by being killed: what was there is found as before, and the next change goes on from it", async () => {
    const index = folder.at("killed.lance");
    await cp(folder.at("my.lance"), index, { recursive: true });
    const before = await search(index);
    const count = await files(index);
    const begun = { filesBelow: index, moreThan: count + 4 };
    const killed = await interrupted(index, "SIGKILL", begun);
    expect(killed.signal).toBe("SIGKILL");
    expect(await files(index)).toBeGreaterThan(count);
    expect(await search(index)).toEqual(before);
    const args = [
      "index",
      "--run",
      folder.at("run"),
      "--data",
      (await digitFiles()).csv,
      "--out",
      index,
      "--add",
    ];
    const { stdout } = await kindredOk([...args, "--json"]);
    expect(JSON.parse(stdout)).toMatchObject({ rows: 120, added: 0, unchanged: 120 });
    expect(await search(index)).toEqual(before);
  });
});

const script = `
set -u
mount -t tmpfs -o size="$SIZE" tmpfs disk
cp -r "$BEFORE" disk/old.lance
"$NODE" --import "$ONE_THREAD" "$BIN" index --run "$RUN" --data "$DATA" --out disk/old.lance --add >stdout 2>stderr; echo $? >code
"$NODE" --import "$ONE_THREAD" "$BIN" index --run "$RUN" --data "$DATA" --out disk/new.lance >stdout2 2>stderr2; echo $? >code2
ls -A disk >names
cp -r disk/old.lance after
`;

describe.skipIf(!mountable)("kindred index on a disk that fills up (needs Linux and unshare)", () => {
  it("says so in one line; an old index is as it was to the byte, a new one is not there", async () => {
    const cwd = folder.at("filling");
    await mkdir(join(cwd, "disk"), { recursive: true });
    execFileSync("unshare", ["-rm", "sh", "-c", script], {
      cwd,
      env: {
        ...process.env,
        ...{
          NODE: process.execPath,
          BIN: bin,
          ONE_THREAD: oneThread,
          SIZE: "3m",
          BEFORE: folder.at("my.lance"),
        },
        ...{ RUN: folder.at("run"), DATA: folder.at("many.csv") },
      },
    });
    const text = async (name: string) => (await readFile(join(cwd, name), "utf8")).trimEnd();
    for (const [at, name] of [
      ["", "old"],
      ["2", "new"],
    ]) {
      expect(await text(`code${at}`), await text(`stderr${at}`)).toBe("2");
      expect(await text(`stdout${at}`)).toBe("");
      expect((await text(`stderr${at}`)).split("\n").at(-1)).toBe(
        `kindred: disk/${name}.lance cannot be written: the disk is full: free some space, or choose another path (ENOSPC)`,
      );
      expect(await text(`stderr${at}`)).not.toMatch(/^\s+at |panicked/m);
    }
    expect(await text("names")).toBe("old.lance");
    expect(await contents(join(cwd, "after"))).toEqual(await contents(folder.at("my.lance")));
  });
});
