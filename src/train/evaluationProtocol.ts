import { InputError } from "../base/index.ts";
import { listed } from "../base/listed.ts";
import { className, type Items } from "../data/index.ts";
import { queriesWithoutReferences } from "../evaluation/index.ts";
import type { EvaluationSets } from "./evaluateEncoder.ts";

/** Among which pictures a query's neighbours are looked for. */
export const amongNames = ["training", "queries"] as const;
export type Among = (typeof amongNames)[number];

/** How queries are evaluated. */
export interface EvaluationProtocol<T extends Items = Items> {
  /** With labels in common: the same class has the same one in both. */
  readonly sets: EvaluationSets<T>;
  readonly among: Among;
  /** Names of the queries' classes that no training picture is of. */
  readonly newClasses: readonly string[];
  /** Queries with no other picture of their class where they look, which are left out of what is ranked. */
  readonly cannotBeRight: number;
}

/**
 * Where the neighbours of queries are looked for: among the training pictures (closed-set), or, where their classes were not
 * trained on, among the other queries, each left out of its own (open-set), as metric learning does on CUB-200, Stanford Online
 * Products and Cars-196. Classes are the same where their names are.
 *
 * @param training null where there are none with labels
 * @param wanted null to choose: of the run's own data training pictures where any class is shared; of other data only where all are
 * @throws InputError when no query can be right, or none can be wrong.
 * @see Musgrave, Belongie and Lim, "A Metric Learning Reality Check" (2020), https://arxiv.org/abs/2003.08505
 */
export function evaluationProtocol<T extends Items>(
  queries: T,
  training: T | null,
  wanted: Among | null,
  own: boolean,
): EvaluationProtocol<T> {
  const known = namesOf(training);
  const asked = namesOf(queries);
  const newClasses = [...asked.values()].filter((name) => ![...known.values()].includes(name));
  const differs = own ? newClasses.length === asked.size : newClasses.length > 0;
  const among = wanted ?? (training === null || differs ? "queries" : "training");
  const references = among === "training" ? training : null;
  const numbers = new Map<string, number>();
  for (const name of [...known.values(), ...asked.values()]) {
    if (!numbers.has(name)) numbers.set(name, numbers.size);
  }
  const renumbered = (dataset: T, names: ReadonlyMap<number, string>): T => ({
    ...dataset,
    labels: dataset.labels.map((label) => numbers.get(names.get(label)!)!),
    classes: [...numbers.keys()],
  });
  const sets = {
    queries: renumbered(queries, asked),
    references: references && renumbered(references, known),
  };
  const cannotBeRight = queriesWithoutReferences(
    sets.queries.labels,
    (sets.references ?? sets.queries).labels,
    sets.references ? undefined : (query) => query,
  ).length;
  requireTelling(sets, asked, known, cannotBeRight);
  return { sets, among, newClasses, cannotBeRight };
}

function requireTelling(
  { queries, references }: EvaluationSets<Items>,
  asked: ReadonlyMap<number, string>,
  known: ReadonlyMap<number, string>,
  cannotBeRight: number,
): void {
  const { count, name } = queries;
  if (cannotBeRight === count) {
    const why = references
      ? `the training pictures are of others (${someNames(known.values())}): compare them with each other (--among queries)`
      : "none has another picture of its class, expected 2 or more of a class";
    throw new InputError(
      `${count} ${count === 1 ? "query" : "queries"} of ${name} (${someNames(asked.values())}) cannot be right: ${why}`,
    );
  }
  if (references === null && asked.size === 1) {
    throw new InputError(
      `all ${count} queries of ${name} are of one class (${someNames(asked.values())}), so that none can be wrong: give pictures of 2 classes or more`,
    );
  }
}

/** The name of each label that a data set has. */
function namesOf(dataset: Items | null): ReadonlyMap<number, string> {
  if (!dataset) return new Map();
  const labels = [...new Set(dataset.labels)].sort((a, b) => a - b);
  return new Map(labels.map((label) => [label, className(dataset, label)]));
}

/** The first few names, for a message. */
export function someNames(names: Iterable<string>): string {
  return listed([...names], 5);
}
