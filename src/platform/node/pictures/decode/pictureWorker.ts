import { createHash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import sharp from "sharp";
import { InputError } from "../../../../base/index.ts";
import { describeIoError } from "../../files/files.ts";
import { serveThread } from "../../threads/serveThread.ts";
import { requireDescriptors } from "./openFiles.ts";
import type { NamedFile, PictureOutcome, PictureWork, PictureWorkDone } from "./pictureWork.ts";
import { preprocessPicture } from "./preprocessPicture.ts";

/**
 * A thread that reads, hashes and decodes picture files. Files are read without waiting for the pool of threads that
 * libvips decodes on, so that this is left to the decoding.
 */

// Nothing is decoded twice.
sharp.cache(false);

/** Bytes that a picture file may have: some ten times what a camera's largest takes. */
const mostFileBytes = 256 * 2 ** 20;

/** Why a file is not read, by what it is and its size; undefined where it is. */
function readProblem(isFile: boolean, bytes: number): string | undefined {
  if (!isFile) return "is no file";
  if (bytes <= mostFileBytes) return undefined;
  const size = (bytes / 2 ** 20).toFixed(0);
  return `has ${size} MiB, more than the ${mostFileBytes / 2 ** 20} MiB that a picture file may have: make it smaller`;
}

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
