import { describe } from "vitest";
import { explored } from "./explored.ts";
import { spaceSuite } from "./spaceSuite.ts";
import { neighboursSuite } from "./neighboursSuite.ts";
import { drawSuite } from "./drawSuite.ts";
import { lessonSuite } from "./lessonSuite.ts";
import { everyViewSuite } from "./everyViewSuite.ts";
describe("dev", { timeout: 300_000 }, () => {
  const page = explored(process.env.DEVRUN);
  const which = process.env.SUITES ?? "sndlv";
  if (which.includes("s")) spaceSuite(page);
  if (which.includes("n")) neighboursSuite(page);
  if (which.includes("d")) drawSuite(page);
  if (which.includes("l")) lessonSuite(page);
  if (which.includes("v")) everyViewSuite(page);
});
