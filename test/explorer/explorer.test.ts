import { afterEach, beforeEach, describe } from "vitest";
import { noChromium } from "../browser/chromium.ts";
import { drawSuite } from "./drawSuite.ts";
import { everyViewSuite } from "./everyViewSuite.ts";
import { explored } from "./explored.ts";
import { goneSuite } from "./goneSuite.ts";
import { lessonSuite } from "./lessonSuite.ts";
import { neighboursSuite } from "./neighboursSuite.ts";
import { spaceSuite } from "./spaceSuite.ts";
import { trainSuite } from "./trainSuite.ts";

/** One training, begun in the page, and all that can be done with it: each part goes on where the one before ended. */
describe.skipIf(noChromium)("the explorer on a training of its own", { timeout: 300_000 }, () => {
  const page = explored();
  let failed = false;
  beforeEach(({ skip }) => skip(failed, "what it begins from did not come to be"));
  afterEach(({ task }) => {
    failed ||= task.result?.state === "fail";
  });
  trainSuite(page);
  spaceSuite(page);
  neighboursSuite(page);
  drawSuite(page);
  lessonSuite(page);
  everyViewSuite(page);
  goneSuite(page);
});
