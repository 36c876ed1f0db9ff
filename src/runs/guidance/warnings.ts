import { counted } from "../../base/listed.ts";
import type { DataSeen } from "./dataSeen.ts";

/** What will be poor, and what to try. */
export interface Warning {
  /** What it is about, for programs. */
  readonly about: WarningTopic;
  readonly text: string;
  readonly advice: string;
}

export const warningTopics = [
  "few-pictures",
  "one-class",
  "single-pictures",
  "small-classes",
  "imbalance",
  "validation",
  "unvalidated-classes",
  "untrained-classes",
  "one-colour",
  "across-split",
  "several-labels",
  "duplicates",
  "alike",
] as const;

export type WarningTopic = (typeof warningTopics)[number];

/** Below these, numbers are poor: training pictures in all, of a class, and pictures for validation. */
const enough = { training: 200, ofClass: 5, validation: 30 };

/** From this share of the training pictures on, one class is nearly all. */
const nearlyAll = 0.9;

/** Copies are worth a word from this share of the pictures on; fewer are everyday. */
const manyCopies = 0.001;

/** The figure in a run's folder that shows pairs of them, where there is a warning of these topics. */
export const duplicatesFigureName = "duplicates.png";
const ofDuplicates: readonly WarningTopic[] = ["several-labels", "across-split", "duplicates"];

/** Whether copies are warned of, so that pairs of them are worth to be looked at. */
export function warnsOfCopies(warnings: readonly Pick<Warning, "about">[]): boolean {
  return warnings.some(({ about }) => ofDuplicates.includes(about));
}

const look = `look at them side by side in figures/${duplicatesFigureName}`;

/** Classes or pictures that are named. */
const mostNamed = 5;

/** What will be poor with these pictures, the worst first; none where all is well. */
export function warningsOf(seen: DataSeen): readonly Warning[] {
  return [...ofLabels(seen), ...ofCopies(seen), ...ofClasses(seen), ...ofNumbers(seen)];
}

function ofLabels({ labelled, classes, duplicates }: DataSeen): Warning[] {
  const warnings: Warning[] = [];
  if (labelled && classes.length === 1) {
    warnings.push({
      about: "one-class",
      text: `all pictures are of one class (${classes[0]!.name}), so labels tell nothing apart`,
      advice: "sort them into a folder for each class, or leave it to training without labels",
    });
  }
  if (duplicates.severalLabels > 0) {
    warnings.push({
      about: "several-labels",
      text: `${counted(duplicates.severalLabels, "picture may be", "pictures may be")} there under several labels: ${equal(duplicates.examples.severalLabels)}`,
      advice: `${look}: of copies, keep the one with the right label`,
    });
  }
  return warnings;
}

function ofCopies({ duplicates, training, validation, plain, files }: DataSeen): Warning[] {
  const { acrossSplit, exact, near, examples, complete } = duplicates;
  const atLeast = complete ? "" : "at least ";
  const warnings: Warning[] = [];
  if (acrossSplit > 0) {
    warnings.push({
      about: "across-split",
      text: `${atLeast}${counted(acrossSplit, "validation picture may be a copy of a training picture", "validation pictures may be copies of training pictures")}: ${equal(examples.acrossSplit)}`,
      advice: `${look}: copies belong on one side, or validation looks better than it is`,
    });
  }
  if (exact + near > manyCopies * (training + validation)) {
    const toTheByte = exact === 0 ? "" : near === 0 ? ", to the byte" : `, ${exact} of them to the byte`;
    warnings.push({
      about: "duplicates",
      text: `${atLeast}${counted(exact + near, near > 0 ? "picture may be a copy of another" : "picture is a copy of another", near > 0 ? "pictures may be copies of others" : "pictures are copies of others")}${toTheByte}${near > 0 ? `: ${equal(examples.near)}` : ""}`,
      advice: `${look}: one of each is enough, as copies teach nothing new`,
    });
  }
  if (duplicates.alike > manyCopies * (training + validation)) {
    warnings.push({
      about: "alike",
      text: `${counted(duplicates.alike, "picture looks", "pictures look")} like another at a small size and differ in detail: ${equal(examples.alike)}`,
      advice: `they are no copies: keep them${files ? ", and give the encoder more of their detail (--size)" : ""}`,
    });
  }
  if (plain.count > 0) {
    warnings.push({
      about: "one-colour",
      text: `${counted(plain.count, "picture is", "pictures are")} of one colour: ${plain.examples.join(", ")}${plain.count > plain.examples.length ? " …" : ""}`,
      advice: plain.count === 1 ? "take it out" : "take them out",
    });
  }
  return warnings;
}

function ofClasses({ classes, training, validation }: DataSeen): Warning[] {
  if (classes.length < 2) return [];
  const warnings: Warning[] = [];
  const listed = (of: DataSeen["classes"], what: (entry: DataSeen["classes"][number]) => string): string =>
    of.slice(0, mostNamed).map(what).join(", ") + (of.length > mostNamed ? " …" : "");
  const single = classes.filter((entry) => entry.training === 1);
  if (single.length > 0) {
    warnings.push({
      about: "single-pictures",
      text: `${counted(single.length, "class has", "classes have")} a single training picture: ${listed(single, ({ name }) => name)}`,
      advice: "add pictures, as one alone is like no other, or leave such classes out",
    });
  }
  const small = classes.filter((entry) => entry.training > 1 && entry.training < enough.ofClass);
  if (small.length > 0) {
    warnings.push({
      about: "small-classes",
      text: `${counted(small.length, "class has", "classes have")} fewer than ${enough.ofClass} training pictures: ${listed(small, (entry) => `${entry.name} (${entry.training})`)}`,
      advice: "add pictures, as so few do not show what others of their class look like",
    });
  }
  const largest = classes.reduce((most, entry) => (entry.training > most.training ? entry : most));
  if (largest.training >= nearlyAll * training) {
    warnings.push({
      about: "imbalance",
      text: `${percent(largest.training / training)} of the training pictures are of one class (${largest.name})`,
      advice: "add pictures of the others, and read MAP@R rather than accuracy",
    });
  }
  const unknown = classes.filter((entry) => entry.training === 0);
  if (unknown.length > 0) {
    warnings.push({
      about: "untrained-classes",
      text: `${counted(unknown.length, "class has", "classes have")} validation pictures and no training picture: ${listed(unknown, ({ name }) => name)}`,
      advice: "they count as wrong: add training pictures",
    });
  }
  const unseen = classes.filter((entry) => entry.validation === 0);
  if (validation > 0 && unseen.length > 0) {
    warnings.push({
      about: "unvalidated-classes",
      text: `${counted(unseen.length, "class has", "classes have")} no validation picture: ${listed(unseen, ({ name }) => name)}`,
      advice: "nothing is measured of such a class; keep more for validation (--validation)",
    });
  }
  return warnings;
}

function ofNumbers({ training, validation }: DataSeen): Warning[] {
  const warnings: Warning[] = [];
  if (training < enough.training) {
    warnings.push({
      about: "few-pictures",
      text: `there are only ${counted(training, "training picture", "training pictures")}`,
      advice: "add some, or begin with a pretrained model (--trunk), which needs fewer",
    });
  }
  if (validation < enough.validation) {
    warnings.push({
      about: "validation",
      text:
        validation === 0
          ? "no pictures are kept for validation"
          : `only ${counted(validation, "picture is", "pictures are")} kept for validation, so each counts for ${percent(1 / validation)}`,
      advice: "keep more (--validation) to know how good the encoder is, and when to stop",
    });
  }
  return warnings;
}

function equal(pairs: readonly (readonly string[])[]): string {
  return pairs.map((pair) => pair.join(" = ")).join(", ");
}

function percent(share: number): string {
  const hundredths = 100 * share;
  // 99.97 % is not all.
  return `${hundredths > 99 && hundredths < 100 ? (Math.floor(hundredths * 10) / 10).toString() : Math.round(hundredths)} %`;
}
