import { InputError } from "../../../../base/index.ts";
import { listed } from "../../../../base/listed.ts";
import type { Part } from "../../../../data/part.ts";
import { type PictureProblem, type PictureTree, picturesIn } from "./pictureTree.ts";

const partWords: Readonly<Record<string, Part>> = {
  train: "train",
  training: "train",
  trn: "train",
  val: "validation",
  valid: "validation",
  validation: "validation",
  dev: "validation",
  test: "test",
  testing: "test",
  tst: "test",
};

/** What else the name of a part's folder may say, beside numbers: `test_set`, `train_images`, `seg_train`, `val2017`. */
const besideWords =
  /^(?:sets?|data|datasets?|images?|imgs?|pictures?|pics?|photos?|splits?|parts?|folders?|files?|full|all|seg|jpe?gs?|pngs?|\d+)$/;

/** The part that a folder's name tells, such as `Train`, `test1`, `validation_set` or `val2017`; undefined for none. */
export function partOfFolder(name: string): Part | undefined {
  const words = name
    .replace(/([a-z])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .replace(/(train|val|test)(set|data)/g, "$1 $2")
    .match(/[a-z]+|\d+|[^\s\w.-]+/g);
  const parts = (words ?? []).filter((word) => Object.hasOwn(partWords, word));
  const others = (words ?? []).filter((word) => !Object.hasOwn(partWords, word));
  return parts.length === 1 && others.every((word) => besideWords.test(word))
    ? partWords[parts[0]!]
    : undefined;
}

/** A data set's folder as its parts. */
export interface FoundParts {
  readonly parts: readonly (readonly [Part, PictureTree])[];
  /** Whether the parts have folders of their own. */
  readonly split: boolean;
  /** Pictures beside the parts. */
  readonly strays: readonly PictureProblem[];
  /** Folders of pictures that are in no part. */
  readonly passedOver: readonly PictureProblem[];
}

/**
 * `train`, `val` and `test` (also by other usual names) where the folder has them; else all of it is the training part. A
 * folder that holds nothing but another with folders in it stands for that, as archives often unpack.
 *
 * @throws InputError where folders may be parts or classes, as both is likely.
 */
export function partsOf(source: string, root: PictureTree): FoundParts {
  const tree = innermost(root);
  const named: NamedPart[] = [];
  const others: PictureTree[] = [];
  for (const folder of foldersIn(tree)) {
    const part = partOfFolder(nameOf(folder));
    if (part) named.push({ part, folder, inside: innerPart(folder, part) });
    else others.push(folder);
  }
  const training = named.filter(({ part }) => part === "train");
  const folders = named.map(({ folder }) => folder);
  if (training.length === 0) {
    // Folders called "valid" and "invalid", or "test" and "control", are classes as others are.
    const classes = named.every(({ inside }) => foldersIn(inside).length === 0);
    if (named.length === 0 || (others.length === 0 ? named.length === 1 : classes)) {
      return { parts: [["train", tree]], split: false, strays: [], passedOver: [] };
    }
    throw new InputError(
      `${source}: ${listedFolders(folders)} may be parts of a data set or classes, as there is no train: add the folder train, or name one of them alone, or, where they are classes, give them other names`,
    );
  }
  if (others.length > 0 && !isBeyondDoubt(training, others, named.length > training.length)) {
    const train = nameOf(training[0]!.folder);
    throw new InputError(
      `${source}: ${train}/ may be a part of the data set or a class, as it lies beside ${listedFolders(others)}: if it is a part, name it alone (${source}/${training[0]!.folder.path}) or move the others elsewhere; if it is a class, give its folder another name, such as ${train}s`,
    );
  }
  const beside = `lies beside ${listedFolders(folders)}, in no part`;
  return {
    parts: named.map(({ part, inside }) => [part, inside]),
    split: true,
    strays: tree.pictures.map(({ path }) => ({ path, reason: `${beside}: put it into one` })),
    passedOver: others.map((folder) => {
      const count = picturesIn(folder).length;
      return { path: folder.path, reason: `${beside} (${count} ${count === 1 ? "picture" : "pictures"})` };
    }),
  };
}

/**
 * A doubt about folders that are taken for classes: all of them hold the same folders, as years or folds of one data set do; null
 * where they do not.
 */
export function sameFoldersNote(tree: PictureTree): string | null {
  const folders = foldersIn(tree);
  const inside = folders.map((folder) => foldersIn(folder).map(nameOf));
  const [first = []] = inside;
  const same = inside.every((names) => names.join("/") === first.join("/"));
  if (folders.length < 2 || first.length < 2 || !same) return null;
  const names = first.slice(0, 3).join(", ") + (first.length > 3 ? ", …" : "");
  return `the classes are the folders ${listedFolders(folders)}, which all hold the same folders (${names}): if those are the classes, put each class into one folder, or give a table of paths and labels as --data`;
}

interface NamedPart {
  readonly part: Part;
  readonly folder: PictureTree;
  /** What it stands for, see `innerPart`. */
  readonly inside: PictureTree;
}

/**
 * Whether the folders called train are parts, whatever lies beside them: they have folders of classes, and what lies beside
 * has none, or the same ones, or there are other parts too.
 */
function isBeyondDoubt(
  training: readonly NamedPart[],
  others: readonly PictureTree[],
  otherParts: boolean,
): boolean {
  const classes = new Set(training.flatMap(({ inside }) => foldersIn(inside).map(nameOf)));
  if (classes.size === 0) return false;
  return (
    otherParts ||
    others.every((folder) => {
      const inside = foldersIn(folder).map(nameOf);
      return inside.length === 0 || inside.some((name) => classes.has(name));
    })
  );
}

/** Goes down while there is one folder only, with folders in it. */
function innermost(tree: PictureTree): PictureTree {
  const full = foldersIn(tree);
  const [only] = full;
  if (tree.pictures.length > 0 || full.length !== 1 || foldersIn(only!).length === 0) return tree;
  return innermost(only!);
}

/** `seg_train/seg_train` and `train/images` stand for what is in them. */
function innerPart(folder: PictureTree, part: Part): PictureTree {
  const [only, ...more] = foldersIn(folder);
  if (folder.pictures.length > 0 || !only || more.length > 0) return folder;
  const name = nameOf(only);
  return partOfFolder(name) === part || besideWords.test(name.toLowerCase()) ? innerPart(only, part) : folder;
}

/** Those of its folders that have pictures. */
function foldersIn(tree: PictureTree): PictureTree[] {
  return [...tree.folders.values()].filter((folder) => picturesIn(folder).length > 0);
}

function nameOf({ path }: PictureTree): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

function listedFolders(folders: readonly PictureTree[]): string {
  return listed(
    folders.map((folder) => `${nameOf(folder)}/`),
    3,
  );
}
