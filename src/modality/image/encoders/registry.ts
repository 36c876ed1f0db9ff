import type { Encoder } from "../../../nn/encoders/encoder.ts";
import { type HeadEncoderOptions, headEncoder } from "../../../nn/encoders/head.ts";
import { type CompactEncoderOptions, compactEncoder } from "./compact.ts";
import { type ConvnextEncoderOptions, convnextEncoder, convnextLeastSize } from "./convnext.ts";
import { type LessonEncoderOptions, lessonEncoder } from "./lesson.ts";
import { type ResnetEncoderOptions, resnetEncoder, resnetLeastSize } from "./resnet.ts";

/** An encoder by its name, and what it is made with. */
export type EncoderChoice =
  | ({ readonly name: "lesson" } & LessonEncoderOptions)
  | ({ readonly name: "compact" } & CompactEncoderOptions)
  | ({ readonly name: "resnet" } & ResnetEncoderOptions)
  | ({ readonly name: "convnext" } & ConvnextEncoderOptions)
  | ({ readonly name: "head" } & HeadEncoderOptions);

/** An encoder that is trained as a whole; a head needs a trunk beside its name. */
export type EncoderName = Exclude<EncoderChoice["name"], "head">;

/** Names of encoders that are trained as a whole. */
export const encoderNames = [
  "lesson",
  "compact",
  "resnet",
  "convnext",
] as const satisfies readonly EncoderName[];

/** What there is to know of an encoder before one is chosen. */
export interface EncoderEntry {
  /** Height and width of the smallest picture that it takes, in pixels. */
  readonly leastSize: number;
  /** Its default width and depth; null where it has one of its own. */
  readonly width: number | null;
  readonly depth: number | null;
  readonly goodFor: string;
}

/** The encoders by name. */
export const encoderTable: Readonly<Record<EncoderName, EncoderEntry>> = {
  lesson: {
    leastSize: 10,
    width: null,
    depth: null,
    goodFor: "the lesson: digits and other small grey pictures, as the notebook has it",
  },
  compact: {
    leastSize: 8,
    width: 16,
    depth: null,
    goodFor: "digits and other small, simple pictures in seconds",
  },
  resnet: {
    leastSize: resnetLeastSize,
    width: 16,
    depth: 1,
    goodFor: "colour pictures and photos of any size: the one to try first",
  },
  convnext: {
    leastSize: convnextLeastSize,
    width: 32,
    depth: 1,
    goodFor: "colour pictures and photos at half the operations of resnet, for longer trainings",
  },
};

/**
 * The encoder of a choice, with its defaults where an option is not given.
 *
 * @throws InputError when it cannot be made for pictures of that size.
 */
export function encoderByName(choice: EncoderChoice): Encoder {
  switch (choice.name) {
    case "lesson":
      return lessonEncoder(choice);
    case "compact":
      return compactEncoder(choice);
    case "resnet":
      return resnetEncoder(choice);
    case "convnext":
      return convnextEncoder(choice);
    case "head":
      return headEncoder(choice);
  }
}
