import { mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { writeFiles } from "./drawnPictures.fixture.ts";
import { areLabelled, listPictureFolder } from "./pictureListing.ts";

let root: string;
const at = (...parts: string[]): string => join(root, ...parts);

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "kindred-listing-"));
});
afterEach(() => rm(root, { recursive: true, force: true }));

/** Lists a folder with these files, whose content does not matter. */
async function listed(paths: readonly string[], unlabelled = false) {
  await writeFiles(at("data"), Object.fromEntries(paths.map((path) => [path, path])));
  return found(unlabelled);
}

async function found(unlabelled = false) {
  const listing = await listPictureFolder(at("data"), unlabelled);
  return (
    listing && {
      pictures: listing.pictures.map(({ path, label, part }) => [path, label, part]),
      problems: listing.problems.map(({ path, reason }) => `${path}: ${reason.replaceAll(root, "~")}`),
      emptyClasses: listing.emptyClasses,
    }
  );
}

describe("listPictureFolder", () => {
  it("takes a folder for each class, at any depth, by the endings of names in any case", async () => {
    const paths = ["cat/a.JPG", "cat/more/deep/b.jpeg", "dog/c.TIFF", "dog/readme.txt", "dog/.hidden.png"];
    expect(await listed([...paths, "notes.txt", ".git/x.png", "__MACOSX/y.png"])).toEqual({
      pictures: [
        ["cat/a.JPG", "cat", "train"],
        ["cat/more/deep/b.jpeg", "cat", "train"],
        ["dog/c.TIFF", "dog", "train"],
      ],
      problems: [],
      emptyClasses: [],
    });
  });

  it.each(["val", "valid", "Validation"])("takes train, %s and test for parts", async (name) => {
    const listing = await listed([
      "train/cat/a.png",
      "train/dog/b.png",
      `${name}/cat/c.png`,
      "test/dog/d.png",
    ]);
    expect(listing?.pictures.toSorted()).toEqual(
      [
        ["train/cat/a.png", "cat", "train"],
        ["train/dog/b.png", "dog", "train"],
        [`${name}/cat/c.png`, "cat", "validation"],
        ["test/dog/d.png", "dog", "test"],
      ].toSorted(),
    );
  });

  it("takes vehicles for classes, though one is called train", async () => {
    const listing = await listed(["train/a.png", "bus/b.png", "car/c.png"]);
    expect(listing?.pictures.map(([, label]) => label)).toEqual(["bus", "car", "train"]);
  });

  it("takes pictures directly in a folder, and all with unlabelled, as without labels", async () => {
    expect((await listed(["a.png", "b.svg"]))?.pictures).toEqual([
      ["a.png", null, "train"],
      ["b.svg", null, "train"],
    ]);
    expect((await listed(["cat/c.png"], true))?.pictures.map(([, label]) => label)).toEqual([
      null,
      null,
      null,
    ]);
  });

  it("reports pictures beside the classes, and classes without pictures", async () => {
    await mkdir(at("data", "owl", "nothing"), { recursive: true });
    const listing = await listed(["stray.png", "cat/a.png", "dog/b.png"]);
    expect(listing?.pictures).toHaveLength(2);
    expect(listing?.problems).toEqual([
      "stray.png: lies beside the folders of the classes, in none of them: put it into one",
    ]);
    expect(listing?.emptyClasses).toEqual(["owl"]);
  });

  it("follows links that stay inside and reports those that lead out, nowhere or in a circle", async () => {
    await writeFiles(root, { "secret/s.png": "s" });
    await writeFiles(at("data"), { "cat/a.png": "a", "dog/b.png": "b" });
    await symlink(at("data", "cat", "a.png"), at("data", "dog", "inside.png"));
    await symlink(at("secret", "s.png"), at("data", "dog", "out.png"));
    await symlink(at("secret"), at("data", "owl"));
    await symlink(at("data", "gone.png"), at("data", "dog", "gone.png"));
    await symlink(at("data"), at("data", "dog", "loop"));
    const listing = await found();
    expect(listing?.pictures.map(([path]) => path)).toEqual(["cat/a.png", "dog/b.png", "dog/inside.png"]);
    expect(listing?.problems).toEqual([
      "dog/gone.png: cannot be read: no such file or folder: check the path (ENOENT)",
      "dog/loop: leads back to a folder that it is in",
      "dog/out.png: leads out of the folder, to ~/secret/s.png: put the picture itself there",
      "owl: leads out of the folder, to ~/secret: put the picture itself there",
    ]);
  });

  it("is none where there is no picture", async () => {
    expect(await listed(["a.txt", "b/c.csv"])).toBeNull();
  });

  it("may be itself a link", async () => {
    await writeFiles(at("real"), { "cat/a.png": "a" });
    await symlink(at("real"), at("data"));
    expect((await found())?.pictures).toEqual([["cat/a.png", "cat", "train"]]);
  });
});

describe("areLabelled", () => {
  it("refuses pictures with labels beside some without", () => {
    const picture = (path: string, label: string | null) => ({ path, label, part: "train" as const });
    expect(areLabelled("d", [picture("a", "x")])).toBe(true);
    expect(areLabelled("d", [picture("a", null)])).toBe(false);
    expect(() => areLabelled("d", [picture("train/x/a", "x"), picture("val/b", null)])).toThrow(
      "d: train/x/a lies in the folder of a class and val/b in none: give all of them one, or leave the classes out (--unlabelled)",
    );
  });
});
