import { realpath } from "node:fs/promises";
import { basename } from "node:path";
import { InputError } from "../../../../base/index.ts";
import type { Part } from "../../../../data/part.ts";
import type { ListedPicture } from "../../../../modality/image/pictureTable.ts";
import { explainIoError } from "../../files/files.ts";
import { describeOthers } from "../pictureReport.ts";
import { partsOf, sameFoldersNote } from "./pictureParts.ts";
import {
  findPictures,
  type OtherFiles,
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
  /** Folders that are not looked into, such as one beside the parts, and why. Default: none. */
  readonly passedOver?: readonly PictureProblem[];
  /** Files that are no pictures; none where only those named are looked at. Default: none. */
  readonly otherFiles?: readonly OtherFiles[];
}

/**
 * The pictures of a folder: `<class>/…`, or parts of that (`train/<class>/…` with `val/` and `test/` beside it, also by other
 * usual names, see `partOfFolder`), where pictures may lie in folders of their class at any depth. Pictures that lie
 * directly in the folder, or in a test part, have no label.
 *
 * @param unlabelled pass over the names of the folders
 * @returns a listing that may have no picture
 * @throws InputError when the folder cannot be read, or may be parts or classes.
 */
export async function listPictureFolder(source: string, unlabelled: boolean): Promise<PictureListing> {
  const { tree, problems, others, outputs } = await findPictures(source);
  const { parts, strays, passedOver } = partsOf(source, tree);
  const listing: Listing = {
    pictures: [],
    problems: [...problems, ...strays],
    emptyClasses: [],
    passedOver: [...passedOver, ...outputs],
  };
  const labelled = !unlabelled && parts.some(([part, folder]) => part === "train" && hasClasses(folder));
  for (const [part, folder] of parts) {
    if (labelled && part === "validation" && !hasClasses(folder)) {
      // A class is what an epoch is measured by.
      const count = picturesIn(folder).length;
      listing.passedOver.push({
        path: folder.path,
        reason: `has no folders of classes, as the training part has (${count} ${count === 1 ? "picture" : "pictures"})`,
      });
    } else {
      listPart(listing, part, folder, !labelled ? "unlabelled" : hasClasses(folder) ? "labelled" : "flat");
    }
  }
  const notes = parts.flatMap(([part, folder]) =>
    labelled && part === "train" ? (sameFoldersNote(folder) ?? []) : [],
  );
  return { source, ...listing, otherFiles: others, notes };
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
  readonly passedOver: PictureProblem[];
}

function listPart(
  listing: Listing,
  part: Part,
  folder: PictureTree,
  kind: "labelled" | "unlabelled" | "flat",
): void {
  const add = (files: readonly PictureFile[], label: string | null): void => {
    for (const file of files) listing.pictures.push({ ...file, label, part });
  };
  const classes = [...folder.folders].map(([name, inside]) => [name, inside, picturesIn(inside)] as const);
  if (kind !== "labelled") {
    add(picturesIn(folder), null);
    return;
  }
  for (const [name, inside, pictures] of classes) {
    if (pictures.length === 0 && !listing.passedOver.some(({ path }) => isWithin(path, inside.path))) {
      listing.emptyClasses.push(inside.path);
    }
    add(pictures, name);
  }
  for (const { path } of folder.pictures) {
    listing.problems.push({
      path,
      reason: "lies beside the folders of the classes, in none of them: put it into one",
    });
  }
}

function isWithin(path: string, folder: string): boolean {
  return path.startsWith(`${folder}/`);
}

function hasClasses(folder: PictureTree): boolean {
  return [...folder.folders.values()].some((inside) => picturesIn(inside).length > 0);
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

/** What a folder without pictures has instead, in a sentence. */
export function noPictures({ source, problems, passedOver = [], otherFiles = [] }: PictureListing): string {
  const found = [
    ...problems.slice(0, 1).map(({ path, reason }) => `${path}: ${reason}`),
    ...passedOver.slice(0, 1).map(({ path, reason }) => `${path}, which ${reason}`),
    ...(otherFiles.length > 0 ? [describeOthers(otherFiles)] : []),
  ];
  return `${source} holds no picture, found ${found.length > 0 ? found.join("; ") : "no files"}`;
}
