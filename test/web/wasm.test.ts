import { describe } from "vitest";
import { noChromium } from "../browser/chromium.ts";
import { chromiumSuite } from "./chromiumSuite.ts";

if (noChromium === null) await chromiumSuite({ device: "wasm", threads: 2 });
else describe.skip(`wasm in Chromium (skipped: ${noChromium})`);
