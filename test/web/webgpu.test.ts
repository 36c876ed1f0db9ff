import { describe } from "vitest";
import { noChromium } from "../browser/chromium.ts";
import { chromiumSuite } from "./chromiumSuite.ts";
import { softwareWebgpu } from "./softwareWebgpu.ts";

if (noChromium === null) await chromiumSuite({ device: "webgpu" }, softwareWebgpu);
else describe.skip(`webgpu in Chromium (skipped: ${noChromium})`);
