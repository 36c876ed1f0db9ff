import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { InputError } from "../../base/index.ts";
import { describeIoError, openAtomicWriter, readFileOrExplain, writeFileAtomic } from "./files.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "kindred-files-"));
});
afterEach(() => rm(folder, { recursive: true }));

describe("readFileOrExplain", () => {
  it("reads bytes", async () => {
    await writeFile(join(folder, "a"), Uint8Array.of(1, 2, 255));
    expect(await readFileOrExplain(join(folder, "a"))).toEqual(Uint8Array.of(1, 2, 255));
  });

  it("says in one line why it cannot", async () => {
    const missing = join(folder, "missing");
    await expect(readFileOrExplain(missing)).rejects.toEqual(
      new InputError(`cannot read ${missing}: there is no such file or folder, check the path`),
    );
    await expect(readFileOrExplain(folder)).rejects.toThrow("it is a folder, give the path of a file");
    await writeFile(join(folder, "file"), "");
    await expect(readFileOrExplain(join(folder, "file", "x"))).rejects.toThrow(
      "a part of the path is a file and not a folder",
    );
  });
});

describe("writeFileAtomic", () => {
  it("writes text and bytes, making folders and leaving nothing else", async () => {
    const path = join(folder, "new", "er", "a.txt");
    await writeFileAtomic(path, "grüße");
    expect(await readFile(path, "utf8")).toBe("grüße");
    await writeFileAtomic(path, Uint8Array.of(7));
    expect([...(await readFile(path))]).toEqual([7]);
    expect(await readdir(join(folder, "new", "er"))).toEqual(["a.txt"]);
  });

  it("keeps the mode of the file it replaces, and writes through a symbolic link", async () => {
    const path = join(folder, "a");
    await writeFile(path, "old");
    await chmod(path, 0o640);
    await symlink(path, join(folder, "link"));
    await writeFileAtomic(join(folder, "link"), "new");
    expect(await readFile(path, "utf8")).toBe("new");
    expect((await stat(path)).mode & 0o777).toBe(0o640);
  });

  it("refuses folders, devices, and paths below a file in one line", async () => {
    await expect(writeFileAtomic(folder, "x")).rejects.toEqual(
      new InputError(`cannot write ${folder}: it is a folder, give the path of a file`),
    );
    await expect(writeFileAtomic("/dev/null", "x")).rejects.toThrow("it is a device or a pipe");
    await writeFile(join(folder, "file"), "");
    await expect(writeFileAtomic(join(folder, "file", "x"), "x")).rejects.toThrow(InputError);
    await expect(writeFileAtomic(join(folder, "x".repeat(300)), "x")).rejects.toThrow("the path is too long");
    expect(await readdir(folder)).toEqual(["file"]);
  });
});

describe("openAtomicWriter", () => {
  it("shows nothing under the name before commit", async () => {
    const path = join(folder, "a");
    await writeFile(path, "old");
    const writer = await openAtomicWriter(path);
    await writer.write("one ");
    await writer.write(new TextEncoder().encode("two"));
    expect(await readFile(path, "utf8")).toBe("old");
    await writer.commit();
    await writer.abort();
    expect(await readFile(path, "utf8")).toBe("one two");
    expect(await readdir(folder)).toEqual(["a"]);
  });

  it("removes what it wrote on abort, twice if need be", async () => {
    const writer = await openAtomicWriter(join(folder, "a"));
    await writer.write("one");
    expect(await readdir(folder)).toHaveLength(1);
    await writer.abort();
    await writer.abort();
    expect(await readdir(folder)).toEqual([]);
  });

  it("removes what it wrote when the rename fails", async () => {
    const path = join(folder, "a");
    const writer = await openAtomicWriter(path);
    await writer.write("one");
    await mkdir(path);
    await expect(writer.commit()).rejects.toThrow(InputError);
    expect(await readdir(folder)).toEqual(["a"]);
  });

  it("keeps two writers of one file apart and steps over a leftover", async () => {
    const path = join(folder, "a");
    const [first, second] = [await openAtomicWriter(path), await openAtomicWriter(path)];
    const [leftover] = (await readdir(folder)).sort();
    const next = Number(/-(\d+)\.tmp$/.exec(leftover!)![1]) + 2;
    await writeFile(join(folder, `.kindred-${process.pid}-${next}.tmp`), "leftover");
    const third = await openAtomicWriter(path);
    await Promise.all([first.write("1"), second.write("2"), third.write("3")]);
    await third.commit();
    await second.commit();
    await first.commit();
    expect(await readFile(path, "utf8")).toBe("1");
    expect(await readdir(folder)).toHaveLength(2);
  });
});

describe("describeIoError", () => {
  const failure = (code: string, message = `${code}: no`) => Object.assign(new Error(message), { code });

  it.each([
    ["ENOSPC", "the disk is full, free some space or choose another disk"],
    ["EACCES", "permission denied, change its permissions or choose another path"],
    ["EROFS", "the disk is read-only, choose another path"],
    ["ENOTDIR", "a part of the path is a file and not a folder, check the path"],
    ["EISDIR", "it is a folder, give the path of a file"],
    ["ENOENT", "there is no such file or folder, check the path"],
  ])("explains %s", (code, text) => {
    expect(describeIoError(failure(code), "write", "a/b")).toEqual(
      new InputError(`cannot write a/b: ${text}`),
    );
  });

  it("passes on the system's words for the rest, in one line", () => {
    expect(describeIoError(failure("EWEIRD", "odd\nstack"), "read", "a").message).toBe("cannot read a: odd");
  });

  it("does not take a defect for bad input", () => {
    expect(() => describeIoError(new TypeError("defect"), "read", "a")).toThrow(TypeError);
  });
});
