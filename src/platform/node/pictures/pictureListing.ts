import { realpath } from "node:fs/promises";
import { basename } from "node:path";
import { InputError } from "../../../base/index.ts";
import { type ListedPicture, type PicturePart, partOf } from "../../../data/pictureTable.ts";
import { explainIoError } from "../files.ts";
import {
  findPictures,
  type PictureFile,
  type PictureProblem,
  type PictureTree,
  picturesIn,
} from "./pictureTree.ts";

/** What a data set of picture files consists of, before any of them is opened. */
export interface PictureListing {
  /** As it was named. */
  readonly source: string;
  readonly pictures: readonly (ListedPicture & PictureFile)[];
  /** Files that cannot be taken. */
  readonly problems: readonly PictureProblem[];
  /** Folders of classes without pictures. */
  readonly emptyClasses: readonly string[];
  /** What may surprise of how it was read. Default: nothing. */
  readonly notes?: readonly string[];
}

/**
 * The pictures of a folder: `<class>/…` or `train/<class>/…` with `val/` (`valid/`, `validation/`) and `test/` beside it,
 * where pictures may lie in folders of their class at any depth; pictures that lie directly in it have no label.
 *
 * @param unlabelled pass over the names of the folders
 * @returns null when there is no picture.
 * @throws InputError when the folder cannot be read.
 */
export async function listPictureFolder(source: string, unlabelled: boolean): Promise<PictureListing | null> {
  const { tree, problems } = await findPictures(source);
  const listing: Listing = { pictures: [], problems: [...problems], emptyClasses: [] };
  for (const [part, folder] of partsOf(tree)) listPart(listing, part, folder, unlabelled);
  return listing.pictures.length > 0 ? { source, ...listing } : null;
}

/**
 * One picture file by itself, without a label; its name is its id.
 *
 * @throws InputError when it cannot be read.
 */
export async function listPicture(source: string): Promise<PictureListing> {
  try {
    const picture = {
      path: basename(source),
      file: await realpath(source),
      label: null,
      part: "train" as const,
    };
    return { source, pictures: [picture], problems: [], emptyClasses: [] };
  } catch (error) {
    throw explainIoError(error, "read", source);
  }
}

interface Listing {
  readonly pictures: (ListedPicture & PictureFile)[];
  readonly problems: PictureProblem[];
  readonly emptyClasses: string[];
}

/** `train`, `val` and `test`, where all that has pictures is one of these; else the folder itself is the training part. */
function partsOf(tree: PictureTree): readonly (readonly [PicturePart, PictureTree])[] {
  const full = [...tree.folders].filter(([, folder]) => picturesIn(folder).length > 0);
  const parts = full.map(([name, folder]) => [partOf(name), folder] as const);
  const named = parts.flatMap(([part, folder]) => (part === undefined ? [] : [[part, folder] as const]));
  const split = named.length === parts.length && named.some(([part]) => part === "train");
  return split ? named : [["train", tree]];
}

function listPart(listing: Listing, part: PicturePart, folder: PictureTree, unlabelled: boolean): void {
  const add = (files: readonly PictureFile[], label: string | null): void => {
    for (const file of files) listing.pictures.push({ ...file, label, part });
  };
  const classes = [...folder.folders].map(([name, inside]) => [name, inside, picturesIn(inside)] as const);
  if (unlabelled || classes.every(([, , pictures]) => pictures.length === 0)) {
    add(picturesIn(folder), null);
    return;
  }
  for (const [name, { path }, pictures] of classes) {
    if (pictures.length === 0) listing.emptyClasses.push(path);
    add(pictures, name);
  }
  for (const { path } of folder.pictures) {
    listing.problems.push({
      path,
      reason: "lies beside the folders of the classes, in none of them: put it into one",
    });
  }
}

/**
 * Whether a part's pictures have labels.
 *
 * @throws InputError when some have, and some have none.
 */
export function areLabelled(source: string, pictures: readonly ListedPicture[]): boolean {
  const without = pictures.find(({ label }) => label === null);
  const within = pictures.find(({ label }) => label !== null);
  if (without && within) {
    throw new InputError(
      `${source}: ${within.path} lies in the folder of a class and ${without.path} in none: give all of them one, or leave the classes out (--unlabelled)`,
    );
  }
  return without === undefined;
}
