import type { HonoRequest } from "hono";
import { z } from "zod";
import { InputError } from "../base/index.ts";
import { received } from "../base/parseJson.ts";
import type { Hello, IndexQuery, TrainRequest } from "../workspace/index.ts";
import { checkedRequest, mostHits, mostPreviews } from "../workspace/index.ts";
import { Problem } from "./problem.ts";
import { bodyJson } from "./requestBody.ts";

/** Bytes of a request in JSON; of a search, with a vector of some thousand numbers and a filter. */
const mostJson = 64 * 2 ** 10;
const mostQuery = 2 ** 20;

/** `?checkpoint=N`, by epoch counted from 0; null where it is left out, for the run's default. */
export function checkpointOf(request: HonoRequest): number | null {
  const text = request.query("checkpoint");
  if (text === undefined) return null;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new Problem(
    400,
    `checkpoint: received ${received(text, [])}, expected a whole number from 0, or nothing for the default`,
  );
}

/** `?modality=text` */
export function modalityOf(request: HonoRequest): string {
  const modality = request.query("modality");
  if (modality !== undefined && /^[\w-]{1,40}$/.test(modality)) return modality;
  throw new Problem(400, `modality: received ${received(modality, [])}, expected a name such as text`);
}

/** What is asked of a training; each field must be one of what `hello` offers. */
export async function trainRequestOf(request: HonoRequest, offered: Hello): Promise<TrainRequest> {
  const value = await bodyJson(request, mostJson, "a training: data, recipe, loss, epochs, limit, seed");
  try {
    return checkedRequest(value, offered);
  } catch (error) {
    throw error instanceof InputError ? new Problem(400, error.message) : error;
  }
}

/** What is asked of an index. */
export async function indexQueryOf(request: HonoRequest, dim: number): Promise<IndexQuery> {
  const value = await bodyJson(request, mostQuery, "a search: vector, k, where");
  const parsed = z
    .strictObject({
      vector: z.array(z.number()).length(dim),
      k: z.int().min(1).max(mostHits),
      where: z.string().nullable(),
    })
    .safeParse(value);
  if (parsed.success) return parsed.data;
  const { path } = parsed.error.issues[0]!;
  throw new Problem(
    400,
    `${path.join(".") || "the body"}: expected vector of ${dim} numbers, k from 1 to ${mostHits}, and where, a filter or null`,
  );
}

/** Rows as uint32, little-endian. */
export function rowsOf(bytes: Uint8Array<ArrayBuffer>, count: number): Uint32Array {
  if (bytes.length % 4 !== 0 || bytes.length === 0) {
    throw new Problem(400, `rows: received ${bytes.length} bytes, expected 4 for each row, and at least one`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const rows = Uint32Array.from({ length: bytes.length / 4 }, (_, i) => view.getUint32(i * 4, true));
  if (rows.length > mostPreviews) {
    throw new Problem(413, `rows: received ${rows.length}, expected at most ${mostPreviews}`);
  }
  const beyond = rows.find((row) => row >= count);
  if (beyond === undefined) return rows;
  throw new Problem(400, `rows: received ${beyond}, expected rows from 0 to ${count - 1}`);
}
