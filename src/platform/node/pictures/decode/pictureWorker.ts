import { createHash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import sharp from "sharp";
import { InputError } from "../../../../base/index.ts";
import { describeIoError } from "../../files/files.ts";
import { serveThread } from "../../threads/serveThread.ts";
import { requireDescriptors } from "./openFiles.ts";
import { readProblem } from "./pictureLimits.ts";
import type { NamedFile, PictureOutcome, PictureWork, PictureWorkDone } from "./pictureWork.ts";
import { preprocessPicture } from "./preprocessPicture.ts";

/**
 * A thread that reads, hashes and decodes picture files. Files are read without waiting for the pool of threads that
 * libvips decodes on, so that this is left to the decoding.
 */

// Nothing is decoded twice.
sharp.cache(false);

/** @returns why a file cannot be read, or its bytes. */
function bytesOf({ path, file }: NamedFile): Buffer | string {
  try {
    const stats = statSync(file);
    const problem = readProblem(stats.isFile(), stats.size);
    return problem ?? readFileSync(file);
  } catch (error) {
    requireDescriptors(error);
    return describeIoError(error, "read", path).slice(path.length + 1);
  }
}

function hashOf(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("base64url");
}

async function carryOut(work: PictureWork): Promise<PictureWorkDone> {
  if (work.kind === "hash") {
    const outcomes = work.files.map((file): PictureOutcome => {
      const bytes = bytesOf(file);
      return typeof bytes === "string" ? { ok: false, reason: bytes } : { ok: true, hash: hashOf(bytes) };
    });
    return { outcomes, pixels: new Uint8Array(0) };
  }
  const { files, preprocessing } = work;
  const each = preprocessing.channels * preprocessing.size ** 2;
  const pixels = new Uint8Array(files.length * each);
  const outcomes = await Promise.all(
    files.map(async (file, i): Promise<PictureOutcome> => {
      const bytes = bytesOf(file);
      if (typeof bytes === "string") return { ok: false, reason: bytes };
      if (hashOf(bytes) !== file.hash) {
        throw new InputError(`${file.path} was changed while the pictures were read: run it again`);
      }
      try {
        pixels.set(await preprocessPicture(bytes, file.path, preprocessing), i * each);
        return { ok: true, hash: file.hash };
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
        return { ok: false, reason: error.message.slice(file.path.length + 2) };
      }
    }),
  );
  return { outcomes, pixels };
}

serveThread(carryOut, { transfer: ({ pixels }) => [pixels.buffer], atOnce: true });
