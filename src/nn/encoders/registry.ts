import { type CompactEncoderOptions, compactEncoder } from "./compact.ts";
import type { Encoder } from "./encoder.ts";
import { type LessonEncoderOptions, lessonEncoder } from "./lesson.ts";

/** An encoder by its name, and what it is made with. */
export type EncoderChoice =
  | ({ readonly name: "lesson" } & LessonEncoderOptions)
  | ({ readonly name: "compact" } & CompactEncoderOptions);

export type EncoderName = EncoderChoice["name"];

/** Names that {@link encoderByName} knows. */
export const encoderNames = ["lesson", "compact"] as const satisfies readonly EncoderName[];

/**
 * The encoder of a choice, with its defaults where an option is not given.
 *
 * @throws InputError when it cannot be made for pictures of that size.
 */
export function encoderByName(choice: EncoderChoice): Encoder {
  return choice.name === "lesson" ? lessonEncoder(choice) : compactEncoder(choice);
}
