import type { PictureProblem } from "../platform/node/pictures/listing/pictureTree.ts";
import { type PictureReport, pictureReportLines } from "../platform/node/pictures/pictureReport.ts";
import type { PictureStage } from "../platform/node/pictures/readPictures.ts";
import { note, StageLine } from "./console.ts";

/** What is the same for all splits of a data set, once it was told. */
const nothing = { emptyClasses: [], passedOver: [], otherFiles: [], notes: [] };

/** Tells people of picture files that are read. */
export class PictureProgress {
  readonly #line = new StageLine();
  readonly #reports: PictureReport[] = [];

  readonly onPictures = (stage: PictureStage, done: number, total: number): void =>
    this.#line.update(stage, done, total);

  readonly onReport = (report: PictureReport): void => {
    this.end();
    // Another split of a data set tells of what it alone has.
    const before = this.#reports.filter(({ source }) => source === report.source);
    const told = new Set(before.flatMap(({ skipped }) => skipped.map(({ path }) => path)));
    const skipped = report.skipped.filter(({ path }) => !told.has(path));
    const { emptyClasses, passedOver, otherFiles, notes } = before.length > 0 ? nothing : report;
    noteReport({ ...report, skipped, emptyClasses, passedOver, otherFiles, notes });
    this.#reports.push(report);
  };

  /** All files that were skipped, for `--json`: once, though each split tells of them. */
  get skipped(): readonly PictureProblem[] {
    return [
      ...new Map(this.#reports.flatMap(({ skipped }) => skipped.map((one) => [one.path, one]))).values(),
    ];
  }

  readonly onNote = (text: string): void => {
    this.end();
    note(text);
  };

  end(): void {
    this.#line.end();
  }
}

/** Says what was skipped, and what is there twice. */
export function noteReport(report: PictureReport | null | undefined): void {
  if (report) for (const line of pictureReportLines(report)) note(line);
}
