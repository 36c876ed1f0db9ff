import { fork } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { AbortedError, InputError, KindredError } from "../../../base/index.ts";
import { readTextOrExplain, writeFileAtomic } from "../files/files.ts";
import { packageVersion } from "../files/packageVersion.ts";
import { sha256Of } from "../files/sha256.ts";
import { cacheFolder } from "../pictures/cache/cacheFolder.ts";
import { moduleBeside } from "../threads/thread.ts";
import type { Trial, TrialRequest } from "./trunkTrial.ts";

/** What the process that tries a model says. */
export type TrialAnswer = { readonly trial: Trial } | { readonly refused: string };

/** Signals by which somebody ends a process on purpose. */
const stops: ReadonlySet<string> = new Set(["SIGINT", "SIGTERM", "SIGHUP"]);

const whole = z.number().int();
const trialSchema = z.strictObject({
  channels: whole.min(1),
  size: whole.min(1),
  batch: whole.min(1).nullable(),
  count: whole.min(1),
  outputs: z.array(z.strictObject({ name: z.string(), type: z.string(), shape: z.array(whole.min(0)) })),
});

/**
 * Tries a model as `tryTrunk` does, in a process of its own, since ONNX Runtime may end a process by a damaged model. What
 * came of it is kept in the cache folder, so that a model is tried once.
 *
 * @param sha256 of the model and its weights
 * @throws InputError when the model is refused, or ended the process.
 */
export async function tryInChild(request: TrialRequest, sha256: string): Promise<Trial> {
  const { file, ...rest } = request;
  const key = sha256Of(JSON.stringify([packageVersion(), sha256, rest]));
  const kept = join(cacheFolder(), "trunks", `${key}.json`);
  const known = await keptTrial(kept);
  if (known) return known;
  const answer = await asked(request);
  if ("refused" in answer) throw new InputError(answer.refused);
  await writeFileAtomic(kept, JSON.stringify(answer.trial));
  return answer.trial;
}

/** What came of a model at an earlier time; null where there is nothing, or it is damaged, which costs the time only. */
async function keptTrial(file: string): Promise<Trial | null> {
  if (!existsSync(file)) return null;
  const text = await readTextOrExplain(file);
  try {
    return trialSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

function asked(request: TrialRequest): Promise<TrialAnswer> {
  const child = fork(fileURLToPath(moduleBeside(import.meta.url, "trunkTrialProcess")), [], {
    execArgv: [],
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  return new Promise((resolve, reject) => {
    let said = "";
    let answered: TrialAnswer | null = null;
    child.stderr!.on("data", (text: Buffer) => {
      said = (said + text.toString()).slice(-10_000);
    });
    child.on("message", (answer: TrialAnswer) => {
      answered = answer;
    });
    child.on("error", (error) =>
      reject(new KindredError(`a process to try ${request.file} could not be started: ${error.message}`)),
    );
    child.on("close", (code, signal) => {
      if (answered) resolve(answered);
      else if (signal !== null && stops.has(signal)) reject(new AbortedError("trying the trunk was stopped"));
      else if (signal !== null || (code ?? 0) > 255) {
        const end = signal ?? `code 0x${(code ?? 0).toString(16)}`;
        reject(
          new InputError(
            `${request.file}: the model makes ONNX Runtime end with ${end}: it is damaged, or takes more memory than there is; export it anew`,
          ),
        );
      } else {
        const last = said.trim().split("\n").at(-1);
        reject(new KindredError(`the process that tried ${request.file} ended with code ${code}: ${last}`));
      }
    });
    child.send(request);
  });
}
