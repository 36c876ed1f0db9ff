import { trainingNumbers } from "../../runs/trainingNumbers.ts";

/** The numbers of a request. What is beyond them is a slip of the keyboard. */
export const requestNumbers = {
  epochs: { ...trainingNumbers.epochs, most: 1000 },
  limit: { ...trainingNumbers.limit, most: 10_000_000 },
  seed: { ...trainingNumbers.seed, most: 2 ** 32 - 1 },
};
