import { flag, type OptionTable, type OptionValues, oneOf } from "../runs/option.ts";
import { amongNames } from "../train/index.ts";
import { shared, taking } from "./options.ts";

/** What `kindred eval` takes. */
export const evalTakes = {
  run: shared.run,
  data: { ...shared.data, about: "queries: its test pictures, or all of a CSV's" },
  among: {
    is: oneOf("which", amongNames),
    about: "where each query's neighbours are looked for: the training pictures, or the other queries",
    usual: "training; queries where the classes of the data were not trained on",
  },
  limit: { ...shared.limit, about: "take n queries only, by lot and of each class its share" },
  speakers: {
    is: flag(),
    about: "of --recipe senses: train anew without each speaker in turn, and measure by that one",
  },
  ...taking("checkpoint", "strict", "device", "json"),
} satisfies OptionTable;

export type EvalOptions = OptionValues<typeof evalTakes>;
