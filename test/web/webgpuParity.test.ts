import { describe } from "vitest";
import { noChromium } from "../browser/chromium.ts";
import { chromiumSuite } from "./chromiumSuite.ts";
import { fastSoftwareWebgpu } from "./softwareWebgpu.ts";

if (noChromium === null) await chromiumSuite({ device: "webgpu", suite: "parity" }, fastSoftwareWebgpu);
else describe.skip(`parity on webgpu in Chromium (skipped: ${noChromium})`);
