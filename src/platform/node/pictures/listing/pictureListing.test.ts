import { mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { writeFiles } from "../drawnPictures.fixture.ts";
import { areLabelled, listPictureFolder, noPictures } from "./pictureListing.ts";

let root: string;
const at = (...parts: string[]): string => join(root, ...parts);

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "kindred-listing-"));
});
afterEach(() => rm(root, { recursive: true, force: true }));

/** Lists a folder with these files, whose content does not matter. */
async function listed(paths: readonly string[], unlabelled = false) {
  await writeFiles(at("data"), files(...paths));
  return found(unlabelled);
}

async function found(unlabelled = false) {
  const listing = await listPictureFolder(at("data"), unlabelled);
  return {
    pictures: listing.pictures.map(({ path, label, part }) => [path, label, part]),
    problems: listing.problems.map(({ path, reason }) => `${path}: ${reason.replaceAll(root, "~")}`),
    emptyClasses: listing.emptyClasses,
  };
}

/** Files whose content does not matter. */
function files(...paths: string[]): Record<string, string> {
  return Object.fromEntries(paths.map((path) => [path, path]));
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
    expect(listing.pictures.toSorted()).toEqual(
      [
        ["train/cat/a.png", "cat", "train"],
        ["train/dog/b.png", "dog", "train"],
        [`${name}/cat/c.png`, "cat", "validation"],
        ["test/dog/d.png", "dog", "test"],
      ].toSorted(),
    );
  });

  it("names what is beside the parts, and files that are no pictures by their kind", async () => {
    await writeFiles(at("data"), {
      ...files("train/cat/a.png", "train/dog/b.png", "val/cat/c.png", "val/dog/d.png"),
      ...files("samples/e.png", "samples/f.png", "stray.png", "train/cat/a.txt", "train/dog/b.TXT", "README"),
    });
    const listing = await listPictureFolder(at("data"), false);
    expect(listing.pictures.map(({ label, part }) => `${part} ${label}`)).toEqual([
      "train cat",
      "train dog",
      "validation cat",
      "validation dog",
    ]);
    expect(listing.passedOver).toEqual([
      { path: "samples", reason: "lies beside train/ and val/, in no part (2 pictures)" },
    ]);
    expect(listing.problems).toEqual([
      { path: "stray.png", reason: "lies beside train/ and val/, in no part: put it into one" },
    ]);
    expect(listing.otherFiles).toEqual([
      { ending: ".txt", paths: ["train/cat/a.txt", "train/dog/b.TXT"] },
      { ending: "", paths: ["README"] },
    ]);
  });

  it("says so where all classes hold the same folders, which may be the classes", async () => {
    const notes = async (...paths: string[]): Promise<readonly string[]> => {
      await rm(at("data"), { recursive: true, force: true });
      await writeFiles(at("data"), files(...paths));
      return (await listPictureFolder(at("data"), false)).notes ?? [];
    };
    expect(await notes("fold0/cat/a.png", "fold0/dog/b.png", "fold1/cat/c.png", "fold1/dog/d.png")).toEqual([
      "the classes are the folders fold0/ and fold1/, which all hold the same folders (cat, dog): if those are the classes, put each class into one folder, or give a table of paths and labels as --data",
    ]);
    expect(await notes("cat/x/a.png", "cat/y/b.png", "dog/x/c.png")).toEqual([]);
    expect(await notes("cat/images/a.png", "dog/images/c.png")).toEqual([]);
  });

  it("leaves flat files of a test part without labels, and a flat validation part out", async () => {
    const found = await listed([
      "train/cat/a.png",
      "train/dog/b.png",
      "test1/1.png",
      "test1/2.png",
      "dev/3.png",
    ]);
    expect(found.pictures).toEqual([
      ["test1/1.png", null, "test"],
      ["test1/2.png", null, "test"],
      ["train/cat/a.png", "cat", "train"],
      ["train/dog/b.png", "dog", "train"],
    ]);
    expect((await listPictureFolder(at("data"), false)).passedOver).toEqual([
      { path: "dev", reason: "has no folders of classes, as the training part has (1 picture)" },
    ]);
  });

  it("takes flat parts of flat files for parts without labels", async () => {
    const found = await listed(["train/cat.1.jpg", "train/dog.2.jpg", "test1/1.jpg"]);
    expect(found.pictures.map(([, label, part]) => [label, part])).toEqual([
      [null, "test"],
      [null, "train"],
      [null, "train"],
    ]);
  });

  it("goes down to where the classes are, from an archive's folder in a folder", async () => {
    const found = await listed([
      "archive/PetImages/Cat/a.png",
      "archive/PetImages/Dog/b.png",
      "archive/notes.txt",
    ]);
    expect(found.pictures).toEqual([
      ["archive/PetImages/Cat/a.png", "Cat", "train"],
      ["archive/PetImages/Dog/b.png", "Dog", "train"],
    ]);
    await rm(at("data"), { recursive: true });
    const parts = await listed([
      "x/seg_train/seg_train/sea/a.png",
      "x/seg_train/seg_train/street/b.png",
      "x/seg_test/seg_test/sea/c.png",
    ]);
    expect(parts.pictures.map(([, label, part]) => [label, part])).toEqual([
      ["sea", "test"],
      ["sea", "train"],
      ["street", "train"],
    ]);
  });

  it.each([
    [["train/a.png", "bus/b.png", "car/c.png"], "bus/ and car/"],
    [["train/steam/a.png", "train/electric/b.png", "bus/city/c.png"], "bus/"],
    [["train/a.png", "test/b.png", "more/c.png"], "more/"],
  ])("refuses to guess where train may be a part or a class: %s", async (paths, beside) => {
    await expect(listed(paths)).rejects.toThrow(
      `${at("data")}: train/ may be a part of the data set or a class, as it lies beside ${beside}: if it is a part, name it alone (${at("data")}/train) or move the others elsewhere; if it is a class, give its folder another name, such as trains`,
    );
  });

  it("refuses parts without a training part, and takes classes that are only called so", async () => {
    await expect(listed(["val/cat/a.png", "test/cat/b.png"])).rejects.toThrow(
      /: test\/ and val\/ may be parts of a data set or classes, as there is no train: add the folder train, /,
    );
    await rm(at("data"), { recursive: true });
    const found = await listed(["valid/a.png", "invalid/b.png"]);
    expect(found.pictures.map(([, label]) => label)).toEqual(["invalid", "valid"]);
  });

  it("takes pictures by their content where the ending does not tell", async () => {
    const png = Buffer.from("\x89PNG\r\n\x1a\n", "latin1");
    await writeFiles(at("data"), {
      "cat/a": png,
      "cat/b.dat": png,
      "dog/c.txt": "a text",
      "dog/d.pgm": "P2 1 1 9 5",
    });
    expect((await found()).pictures.map(([path]) => path)).toEqual(["cat/a", "cat/b.dat", "dog/d.pgm"]);
  });

  it("passes over what systems leave, and what Kindred wrote", async () => {
    const run = JSON.stringify({ version: 1, recipe: "fast", data: {}, encoder: {} });
    await writeFiles(at("data"), {
      ...files(
        "cat/a.png",
        "dog/b.png",
        "cat/Thumbs.db",
        "cat/._a.png",
        "@eaDir/x/c.png",
        "__MACOSX/cat/d.png",
      ),
      ...files("runs/pets/figures/pairs.png", "pets.lance/items.lance/x.png"),
      "runs/pets/config.json": run,
    });
    const listing = await listPictureFolder(at("data"), false);
    expect(listing.pictures.map(({ label }) => label)).toEqual(["cat", "dog"]);
    expect(listing).toMatchObject({
      emptyClasses: [],
      otherFiles: [],
      passedOver: [
        { path: "pets.lance", reason: "holds an index of Kindred" },
        { path: "runs/pets", reason: "holds a run of Kindred" },
      ],
    });
    // Also one that was trained in the folder itself.
    await writeFiles(at("data"), { "config.json": run, ...files("figures/pairs.png", "plots/umap.png") });
    expect((await found()).pictures.map(([, label]) => label)).toEqual(["cat", "dog"]);
  });

  it("takes pictures directly in a folder, and all with unlabelled, as without labels", async () => {
    expect((await listed(["a.png", "b.svg"])).pictures).toEqual([
      ["a.png", null, "train"],
      ["b.svg", null, "train"],
    ]);
    expect((await listed(["cat/c.png"], true)).pictures.map(([, label]) => label)).toEqual([
      null,
      null,
      null,
    ]);
  });

  it("reports pictures beside the classes, and classes without pictures", async () => {
    await mkdir(at("data", "owl", "nothing"), { recursive: true });
    const listing = await listed(["stray.png", "cat/a.png", "dog/b.png"]);
    expect(listing.pictures).toHaveLength(2);
    expect(listing.problems).toEqual([
      "stray.png: lies beside the folders of the classes, in none of them: put it into one",
    ]);
    expect(listing.emptyClasses).toEqual(["owl"]);
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
    expect(listing.pictures.map(([path]) => path)).toEqual(["cat/a.png", "dog/b.png", "dog/inside.png"]);
    expect(listing.problems).toEqual([
      "dog/gone.png: cannot be read: no such file or folder: check the path (ENOENT)",
      "dog/loop: leads back to a folder that it is in",
      "dog/out.png: leads out of the folder, to ~/secret/s.png: put the picture itself there",
      "owl: leads out of the folder, to ~/secret: put the picture itself there",
    ]);
  });

  it("says what a folder without pictures has", async () => {
    await listed(["a.txt", "b/c.csv", "b/d.csv"]);
    const listing = await listPictureFolder(at("data"), false);
    expect(listing.pictures).toEqual([]);
    expect(noPictures(listing)).toBe(
      `${at("data")} holds no picture, found 2 .csv (b/c.csv …), 1 .txt (a.txt)`,
    );
  });

  it("may be itself a link", async () => {
    await writeFiles(at("real"), { "cat/a.png": "a" });
    await symlink(at("real"), at("data"));
    expect((await found()).pictures).toEqual([["cat/a.png", "cat", "train"]]);
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
