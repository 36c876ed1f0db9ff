import { integer } from "./option.ts";

/** Numbers of `trainingOptions` that the explorer's form asks for: apart, because the page is to load none of the others. */
export const trainingNumbers = { epochs: integer("n", 1), limit: integer("n", 2), seed: integer("n", 0) };
