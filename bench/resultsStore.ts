import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { measurements, type Section, sections } from "./results.ts";
import { cellsOf, machine, type ResultsEntry, resultsPage } from "./resultsPage.ts";
import { installedVersions } from "./versions.ts";

const store = new URL("results.json", import.meta.url);
const page = new URL("RESULTS.md", import.meta.url);

/** Where this process's benchmarks begin in {@link measurements} and {@link sections}. */
let [firstMeasurement, firstSection] = [0, 0];

/**
 * Puts what a benchmark has just measured in the place of what it measured before, and writes the page anew: its rows are each
 * of one run of one benchmark, the newest, and say when that was.
 */
export function keepResults(bench: string, order: readonly string[]): void {
  // One that has a page of its own.
  if (measurements.length === firstMeasurement && sections.length === firstSection) return;
  const entries: Record<string, ResultsEntry> = existsSync(store)
    ? JSON.parse(readFileSync(store, "utf8"))
    : {};
  const own = sections.slice(firstSection);
  entries[bench] = {
    when: `${new Date().toISOString().slice(0, 16).replace("T", " ")} UTC`,
    where: `${machine()}. ${installedVersions()}`,
    rows: measurements.slice(firstMeasurement).map(cellsOf),
    sections: own.map(({ title, lines, picture: { name, text } }: Section) => ({
      title,
      lines,
      picture: { name, text },
    })),
  };
  [firstMeasurement, firstSection] = [measurements.length, sections.length];
  for (const { picture } of own) writeFileSync(new URL(picture.name, import.meta.url), picture.png);
  writeFileSync(store, `${JSON.stringify(entries, null, 1)}\n`);
  writeFileSync(page, resultsPage(order.flatMap((name) => entries[name] ?? [])));
}
