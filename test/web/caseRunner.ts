import { expect } from "vitest";

/**
 * What the suites take from vitest, for a browser: the bundle of the tests has this in the place of `vitest`. Cases are
 * collected and then run one by one, as the tests in Node ask for them.
 */

export { expect };

type Work = () => unknown;

interface Group {
  readonly title: string;
  readonly parent: Group | null;
  readonly before: Work[];
  readonly after: Work[];
  /** Its `beforeAll`s, once the first case has needed them. */
  begun: Promise<void> | null;
  readonly skipped: boolean;
}

interface Case {
  readonly group: Group;
  readonly title: string;
  readonly skipped: boolean;
  readonly work: Work;
}

/** A case as the other side knows it. */
export interface CaseTitle {
  /** Titles of its groups, outermost first, and its own. */
  readonly path: readonly string[];
  readonly skipped: boolean;
}

const root: Group = groupOf("", null, false);
const cases: Case[] = [];
let current: Group = root;

function groupOf(title: string, parent: Group | null, skipped: boolean): Group {
  return { title, parent, before: [], after: [], begun: null, skipped };
}

export function describe(title: string, body: () => void): void {
  const outer = current;
  current = groupOf(title, outer, outer.skipped);
  try {
    body();
  } finally {
    current = outer;
  }
}

function add(title: string, work: Work, skipped: boolean): void {
  cases.push({ group: current, title, work, skipped: skipped || current.skipped });
}

export const it = Object.assign((title: string, work: Work): void => add(title, work, false), {
  skipIf:
    (condition: boolean) =>
    (title: string, work: Work): void =>
      add(title, work, condition),
});

export function beforeAll(work: Work): void {
  current.before.push(work);
}

export function afterAll(work: Work): void {
  current.after.push(work);
}

/** The groups of a case, outermost first. */
function lineage(group: Group | null): Group[] {
  return group ? [...lineage(group.parent), group] : [];
}

/** Every case that was collected, in order. */
export function caseTitles(): CaseTitle[] {
  return cases.map(({ group, title, skipped }) => ({
    path: [
      ...lineage(group)
        .slice(1)
        .map((one) => one.title),
      title,
    ],
    skipped,
  }));
}

/** Runs a case, and before it what its groups want done once; rejects as the case does. */
export async function runCase(index: number): Promise<void> {
  const { group, work } = cases[index]!;
  for (const one of lineage(group)) {
    one.begun ??= (async () => {
      for (const step of one.before) await step();
    })();
    await one.begun;
  }
  await work();
}

/** Runs what the groups that were begun want done at the end. */
export async function finishCases(): Promise<void> {
  const begun = new Set(cases.flatMap(({ group }) => lineage(group)).filter((one) => one.begun !== null));
  for (const group of [...begun].reverse()) for (const step of group.after) await step();
}
