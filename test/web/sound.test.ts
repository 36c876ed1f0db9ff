import { readFile } from "node:fs/promises";
import { describe } from "vitest";
import { referenceRuntime } from "../../src/index.ts";
import { readSound } from "../../src/node.ts";
import { noChromium } from "../browser/chromium.ts";
import { chromiumSuite } from "./chromiumSuite.ts";
import { embedSound, type SoundCase } from "./soundSuite.ts";

const files = ["s24.wav", "stereo.flac", "stereo.mp3", "vorbis.ogg", "opus.ogg", "opus.webm", "vorbis.webm"];

/** Sound files with what Node makes of them, as files of the page's server. */
async function madeCases(): Promise<Map<string, Uint8Array>> {
  const served = new Map<string, Uint8Array>();
  const runtime = referenceRuntime();
  const cases: SoundCase[] = [];
  for (const name of [...files, "aac.m4a"]) {
    const bytes = await readFile(new URL(`../golden/audio/${name}`, import.meta.url));
    served.set(name, bytes);
    if (name === "aac.m4a") continue;
    const { samples } = await readSound({ name, bytes }, { sampleRate: 16_000 });
    const embedding = await embedSound(runtime, samples);
    const lossless = /wav|flac/.test(name);
    cases.push({ name, lossless, samples: [...samples], embedding: [...embedding] });
  }
  await runtime.dispose();
  served.set("cases.json", new TextEncoder().encode(JSON.stringify(cases)));
  return served;
}

if (noChromium === null) await chromiumSuite({ device: "wasm", suite: "sound" }, [], await madeCases());
else describe.skip(`sound in Chromium (skipped: ${noChromium})`);
