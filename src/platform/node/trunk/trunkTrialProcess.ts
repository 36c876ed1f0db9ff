import { InputError } from "../../../base/index.ts";
import { type TrialRequest, tryTrunk } from "./trunkTrial.ts";
import type { TrialAnswer } from "./tryInChild.ts";

/** A process that tries one model, and may die of it. */
process.once("message", (request: TrialRequest) => {
  const answer = (given: TrialAnswer): void => {
    process.send!(given, () => process.exit());
  };
  tryTrunk(request).then(
    (trial) => answer({ trial }),
    (error: unknown) => {
      if (!(error instanceof InputError)) throw error;
      answer({ refused: error.message });
    },
  );
});
