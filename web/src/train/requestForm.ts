import {
  type Choice,
  type DatasetChoice,
  expectedOf,
  type Hello,
  isOf,
  type MethodChoice,
  requestNumbers,
  type TrainRequest,
} from "kindred/workspace";

/** What the form holds while it is filled in: numbers may be missing, epochs for as many as suit. */
export interface RequestDraft {
  data: string;
  recipe: TrainRequest["recipe"];
  /** Empty for the recipe's own. */
  loss: string;
  epochs: number | null | undefined;
  limited: boolean;
  limit: number | null | undefined;
  seed: number | null | undefined;
}

/** What is amiss with a field, by its name; empty when all is well. */
export type DraftFaults = Partial<Record<"epochs" | "limit" | "seed", string>>;

/** What can be learned from in less than a minute on a small computer. */
const smallLimit = 5000;
export const fewestPictures = 100;

export function draftOf(request: TrainRequest): RequestDraft {
  return {
    data: request.data,
    recipe: request.recipe,
    loss: request.loss ?? "",
    epochs: request.epochs,
    limited: request.limit !== null,
    limit: request.limit ?? smallLimit,
    seed: request.seed,
  };
}

export function faultsOf(draft: RequestDraft, count: number | null): DraftFaults {
  const { epochs, seed } = requestNumbers;
  const limit = { ...requestNumbers.limit, least: fewestPictures, most: count ?? Number.MAX_SAFE_INTEGER };
  return {
    ...(isEmpty(draft.epochs) || isOf(epochs, draft.epochs)
      ? {}
      : { epochs: `${expected(epochs)}, or nothing.` }),
    ...(!draft.limited || isOf(limit, draft.limit) ? {} : { limit: `${expected(limit)}.` }),
    ...(isOf(seed, draft.seed) ? {} : { seed: `${expected(seed)}.` }),
  };
}

/** As the beginning of a sentence. */
const expected = (kind: Parameters<typeof expectedOf>[0]): string => expectedOf(kind).replace(/^a/, "A");

/** The request that the draft stands for; null while something is amiss. */
export function requestOf(draft: RequestDraft, count: number | null): TrainRequest | null {
  const { data, recipe, loss, epochs, limited, limit, seed } = draft;
  if (Object.keys(faultsOf(draft, count)).length > 0) return null;
  return {
    data,
    recipe,
    loss: loss === "" ? null : loss,
    epochs: isEmpty(epochs) ? null : Number(epochs),
    limit: limited ? Number(limit) : null,
    seed: Number(seed),
  };
}

/** What can learn from data: without labels, only what needs none. */
export function suited<Name extends string>(
  methods: readonly MethodChoice<Name>[],
  data: DatasetChoice | null,
): readonly MethodChoice<Name>[] {
  return data?.labelled === false ? methods.filter(({ needsLabels }) => !needsLabels) : methods;
}

/** Names that are told of a data set's classes. */
const mostNamed = 6;

/** What a data set's pictures are of: `4 classes: ball, boot, hat and shoe`; nothing where classes are numbers. */
export function classesText({ labelled, classNames }: DatasetChoice): string {
  if (!labelled) return "No labels: the encoder learns from variations of each picture.";
  if (!classNames) return "";
  const named = classNames.slice(0, mostNamed);
  const more = classNames.length - named.length;
  const last = more > 0 ? `${more} more` : named.pop();
  return `${classNames.length} classes: ${named.join(", ")} and ${last}.`;
}

/** How many pictures a data set has, where it is known. */
export function countOf(hello: Hello, data: string): number | null {
  return hello.datasets.find(({ name }) => name === data)?.count ?? null;
}

/** The choice of that name. */
export function choiceOf<Offered extends Choice>(
  choices: readonly Offered[],
  name: string | null,
): Offered | null {
  return choices.find((choice) => choice.name === name) ?? null;
}

function isEmpty(value: number | null | undefined): value is null | undefined {
  return value === null || value === undefined;
}
