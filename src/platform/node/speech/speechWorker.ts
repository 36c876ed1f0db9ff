import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { serveThread, threadData } from "../threads/serveThread.ts";
import type { SpokenWord, Utterance } from "./voices.ts";

// The one warning of this thread would be that node:wasi is experimental.
process.removeAllListeners("warning");
const { WASI } = await import("node:wasi");

/** What of WebAssembly is used here, which the types of Node leave to those of browsers. */
declare const WebAssembly: {
  compile(bytes: Uint8Array): Promise<object>;
  instantiate(module: object, imports: object): Promise<object>;
};

/** Bytes of the header of the WAV files that Flite writes: 16 bit, mono. */
const headerBytes = 44;

const flite = await WebAssembly.compile(await readFile(threadData<string>()));

/** A thread that speaks, one list of utterances after the other. */
serveThread(
  async (utterances: readonly Utterance[]): Promise<readonly SpokenWord[]> => {
    const folder = await mkdtemp(join(tmpdir(), "kindred-speech-"));
    try {
      const words: SpokenWord[] = [];
      for (const utterance of utterances) words.push(await speak(utterance, folder));
      return words;
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
  { transfer: (words) => words.map(({ samples }) => samples.buffer as ArrayBuffer) },
);

async function speak({ text, voice, pitch, stretch }: Utterance, folder: string): Promise<SpokenWord> {
  const features = ["--setf", `f0_shift=${pitch}`, "--setf", `duration_stretch=${stretch}`];
  const wasi = new WASI({
    version: "preview1",
    args: ["flite", "-voice", voice, ...features, "-t", text, "-o", "/out/word.wav"],
    preopens: { "/out": folder },
    returnOnExit: true,
  });
  // The program keeps nothing from one word to the next: each has an instance of its own.
  const instance = await WebAssembly.instantiate(flite, wasi.getImportObject());
  const code = wasi.start(instance);
  if (code !== 0) throw new Error(`the synthesiser ended with code ${code} at ${JSON.stringify(text)}`);
  const wav = new Uint8Array(await readFile(join(folder, "word.wav")));
  const rate = new DataView(wav.buffer).getUint32(24, true);
  return { rate, samples: new Int16Array(wav.buffer.slice(headerBytes)) };
}
