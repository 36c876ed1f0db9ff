import { counted, listed } from "../../../base/listed.ts";
import { className } from "../../../data/index.ts";
import type { OtherFiles, PictureProblem } from "./listing/pictureTree.ts";

/** Files of one content, all of one class or without labels. */
export interface DuplicatePictures {
  /** Two or more. */
  readonly paths: readonly string[];
}

/** Files of one content whose labels differ. */
export interface ConflictingPictures {
  readonly paths: readonly string[];
  /** `[paths]`, the names of their classes. */
  readonly labels: readonly string[];
}

/** What there is to say about the files of a data set of pictures. */
export interface PictureReport {
  readonly source: string;
  /** Pictures that the data set has. */
  readonly used: number;
  /** Pictures of its test part, where these are of another. */
  readonly left: number;
  /** Files that were skipped: unreadable, or not to be followed. */
  readonly skipped: readonly PictureProblem[];
  /** Folders of classes without pictures. */
  readonly emptyClasses: readonly string[];
  /** Folders that were not looked into, and why. */
  readonly passedOver: readonly PictureProblem[];
  /** Files that are no pictures. */
  readonly otherFiles: readonly OtherFiles[];
  /** What was chosen for how they are read, and is to be told. */
  readonly notes: readonly string[];
  readonly duplicates: readonly DuplicatePictures[];
  readonly conflicts: readonly ConflictingPictures[];
}

/** A picture of the data set, as a report looks at it. */
export interface ReportedPicture {
  readonly path: string;
  readonly hash: string;
  readonly label: number;
}

/** Files of one content among the pictures: with one label, and with several. */
export function findDuplicates(
  pictures: readonly ReportedPicture[],
  classes: readonly string[] | null,
): Pick<PictureReport, "duplicates" | "conflicts"> {
  const byHash = new Map<string, ReportedPicture[]>();
  for (const picture of pictures) {
    const known = byHash.get(picture.hash);
    if (known) known.push(picture);
    else byHash.set(picture.hash, [picture]);
  }
  const duplicates: DuplicatePictures[] = [];
  const conflicts: ConflictingPictures[] = [];
  for (const group of byHash.values()) {
    if (group.length < 2) continue;
    const sorted = group.toSorted((a, b) => (a.path < b.path ? -1 : 1));
    const paths = sorted.map(({ path }) => path);
    if (new Set(sorted.map(({ label }) => label)).size === 1) duplicates.push({ paths });
    else {
      const labels = sorted.map(({ label }) => className(classes ? { classes } : {}, label));
      conflicts.push({ paths, labels });
    }
  }
  const first = (a: { paths: readonly string[] }, b: { paths: readonly string[] }): number =>
    a.paths[0]! < b.paths[0]! ? -1 : 1;
  return { duplicates: duplicates.sort(first), conflicts: conflicts.sort(first) };
}

/** How many of a kind are named. */
const shown = 5;

/** A report in lines for people, the most important first; none where all is well. */
export function pictureReportLines(report: PictureReport): string[] {
  const { skipped, emptyClasses, passedOver, otherFiles, duplicates, conflicts } = report;
  const lines: string[] = [...report.notes];
  const list = (head: string, items: readonly string[], hint = ""): void => {
    if (items.length === 0) return;
    lines.push(head, ...items.slice(0, shown).map((item) => `  ${item}`));
    if (items.length > shown) lines.push(`  and ${items.length - shown} more${hint}`);
  };
  list(
    `${counted(skipped.length, "file is", "files are")} skipped (--strict refuses ${skipped.length === 1 ? "it" : "them"}):`,
    skipped.map(({ path, reason }) => `${path}: ${reason}`),
    " (all of them by --json, and in a run's skipped.jsonl)",
  );
  list(
    `${counted(passedOver.length, "folder is", "folders are")} passed over:`,
    passedOver.map(({ path, reason }) => `${path}: ${reason}`),
  );
  if (otherFiles.length > 0) lines.push(`no pictures, so passed over: ${describeOthers(otherFiles)}`);
  if (emptyClasses.length > 0) {
    lines.push(
      `${counted(emptyClasses.length, "class folder is", "class folders are")} empty: ${listed(emptyClasses, shown)}`,
    );
  }
  list(
    `${counted(conflicts.length, "content has", "contents have")} several labels:`,
    conflicts.map(({ paths, labels }) => few(paths.map((path, i) => `${path} (${labels[i]})`))),
  );
  list(
    `${counted(duplicates.length, "content is", "contents are")} there more than once:`,
    duplicates.map(({ paths }) => few(paths)),
  );
  return lines;
}

/** `12 .txt (cat/a.txt …), 1 .csv (labels.csv)`. */
export function describeOthers(others: readonly OtherFiles[]): string {
  const named = others.slice(0, shown).map(({ ending, paths }) => {
    const n = paths.length;
    const kind = ending === "" ? (n === 1 ? "file without an ending" : "files without an ending") : ending;
    return `${n.toLocaleString("en")} ${kind} (${paths[0]}${n > 1 ? " …" : ""})`;
  });
  const rest = others.slice(shown).reduce((sum, { paths }) => sum + paths.length, 0);
  return named.join(", ") + (rest > 0 ? ` and ${rest.toLocaleString("en")} more` : "");
}

function few(items: readonly string[]): string {
  const rest = items.length - shown;
  return items.slice(0, shown).join(" = ") + (rest > 0 ? ` and ${rest} more` : "");
}
