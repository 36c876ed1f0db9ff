import { lstat, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { InputError, KindredError } from "../../../base/index.ts";
import {
  describeIoError,
  explainIoError,
  readFileOrExplain,
  requireWritable,
  writeFileAtomic,
  writeStreamAtomic,
} from "./files.ts";
import { removeStaleTemporaries } from "./temporaries.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "kindred-files-"));
});
afterEach(() => rm(folder, { recursive: true }));

describe("readFileOrExplain", () => {
  it("reads bytes", async () => {
    await writeFile(join(folder, "a"), Uint8Array.of(1, 2, 255));
    expect([...(await readFileOrExplain(join(folder, "a")))]).toEqual([1, 2, 255]);
  });

  it("says in one line why it cannot", async () => {
    const missing = join(folder, "missing");
    await expect(readFileOrExplain(missing)).rejects.toEqual(
      new InputError(`${missing} cannot be read: no such file or folder: check the path (ENOENT)`),
    );
    await expect(readFileOrExplain(folder)).rejects.toThrow("it is a folder and not a file: name a file");
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

  it("writes through a symbolic link", async () => {
    const path = join(folder, "a");
    await writeFile(path, "old");
    await symlink(path, join(folder, "link"));
    await writeFileAtomic(join(folder, "link"), "new");
    expect(await readFile(path, "utf8")).toBe("new");
    expect((await lstat(join(folder, "link"))).isSymbolicLink()).toBe(true);
  });

  it("refuses folders, devices, and paths below a file in one line", async () => {
    await expect(writeFileAtomic(folder, "x")).rejects.toEqual(
      new InputError(`${folder} cannot be written: it is a folder, expected a file: name another path`),
    );
    await expect(writeFileAtomic("/dev/null", "x")).rejects.toThrow("it is a device, pipe or socket");
    await writeFile(join(folder, "file"), "");
    await expect(writeFileAtomic(join(folder, "file", "x"), "x")).rejects.toThrow(InputError);
    await expect(writeFileAtomic(join(folder, "x".repeat(300)), "x")).rejects.toThrow("the name is too long");
    expect(await readdir(folder)).toEqual(["file"]);
  });
});

describe("requireWritable", () => {
  it("leaves what is there as it was, and nothing beside it", async () => {
    await writeFile(join(folder, "old"), "old");
    await requireWritable(join(folder, "old"));
    await requireWritable(join(folder, "a", "new"));
    expect(await readFile(join(folder, "old"), "utf8")).toBe("old");
    expect((await readdir(folder)).sort()).toEqual(["a", "old"]);
    expect(await readdir(join(folder, "a"))).toEqual([]);
  });

  it("refuses what could not be written", async () => {
    await writeFile(join(folder, "file"), "");
    await expect(requireWritable(folder)).rejects.toThrow("it is a folder, expected a file");
    await expect(requireWritable(join(folder, "file", "x"))).rejects.toThrow(InputError);
    await expect(requireWritable(join(folder, "x".repeat(300)))).rejects.toThrow("the name is too long");
  });
});

describe("writeStreamAtomic", () => {
  it("shows nothing under the name before the end", async () => {
    const path = join(folder, "a");
    await writeFile(path, "old");
    await writeStreamAtomic(path, async (append) => {
      await append("one ");
      await append(new TextEncoder().encode("two"));
      expect(await readFile(path, "utf8")).toBe("old");
    });
    expect(await readFile(path, "utf8")).toBe("one two");
    expect(await readdir(folder)).toEqual(["a"]);
  });

  it("removes what it wrote when its producer fails, passing the error on", async () => {
    const path = join(folder, "a");
    await writeFile(path, "old");
    const writing = writeStreamAtomic(path, async (append) => {
      await append("one");
      throw new RangeError("defect");
    });
    await expect(writing).rejects.toThrow(RangeError);
    expect(await readFile(path, "utf8")).toBe("old");
    expect(await readdir(folder)).toEqual(["a"]);
  });

  it("removes what it wrote when the rename fails", async () => {
    const path = join(folder, "a");
    const writing = writeStreamAtomic(path, async (append) => {
      await append("one");
      await mkdir(path);
    });
    await expect(writing).rejects.toThrow(InputError);
    expect(await readdir(folder)).toEqual(["a"]);
  });

  it("keeps writers of one file apart", async () => {
    const path = join(folder, "a");
    const texts = ["1", "22", "333"].map((text) => text.repeat(10_000));
    await Promise.all(texts.map((text) => writeFileAtomic(path, text)));
    expect(texts).toContain(await readFile(path, "utf8"));
    expect(await readdir(folder)).toEqual(["a"]);
  });
});

describe("removeStaleTemporaries", () => {
  it("removes those of dead processes only", async () => {
    // Above the largest process number that Linux gives.
    const dead = ".a.4194999-0.tmp";
    const living = `.a.${process.pid}-0.tmp`;
    for (const name of [dead, living, "a.tmp", "4194999-0.tmp"]) await writeFile(join(folder, name), "");
    expect(await removeStaleTemporaries(folder)).toEqual([dead]);
    expect((await readdir(folder)).sort()).toEqual([living, "4194999-0.tmp", "a.tmp"].sort());
    expect(await removeStaleTemporaries(join(folder, "missing"))).toEqual([]);
  });
});

describe("explainIoError", () => {
  const failure = (code: string, message = `${code}: no`) =>
    Object.assign(new Error(message), { code, syscall: "write" });

  it.each([
    ["ENOSPC", "the disk is full: free some space, or choose another path"],
    ["EACCES", "permission denied: change its permissions, or choose another path"],
    ["EROFS", "the file system is read-only: choose another path"],
    ["ENOTDIR", "a part of the path is a file and not a folder: choose another path"],
    ["EISDIR", "it is a folder and not a file: name a file"],
    ["ENOENT", "no such file or folder: check the path"],
  ])("explains %s", (code, text) => {
    const message = `a/b cannot be written: ${text} (${code})`;
    expect(explainIoError(failure(code), "written", "a/b")).toEqual(new InputError(message));
    expect(describeIoError(failure(code), "written", "a/b")).toBe(message);
  });

  it("passes on the system's words for what the user cannot mend, in one line", () => {
    const explained = explainIoError(failure("EIO", "odd\nstack"), "read", "a");
    expect(explained).toBeInstanceOf(KindredError);
    expect(explained).not.toBeInstanceOf(InputError);
    expect(String(explained)).toBe("KindredError: a cannot be read: odd");
  });

  it("does not take a defect for bad input", () => {
    const defect = new TypeError("defect");
    expect(explainIoError(defect, "read", "a")).toBe(defect);
  });
});
