import type { HonoRequest } from "hono";
import { z } from "zod";
import { autoRecipe, recipeNames } from "../runs/index.ts";
import type { Hello, IndexQuery, TrainRequest } from "../workspace/index.ts";
import { mostHits, mostPictures } from "../workspace/index.ts";
import { Problem } from "./problem.ts";
import { bodyJson } from "./requestBody.ts";

/** Epochs and pictures beyond these are slips of the keyboard. */
const mostEpochs = 1000;
const mostLimit = 10_000_000;

/** Bytes of a request in JSON; of a search, with a vector of some thousand numbers and a filter. */
const mostJson = 64 * 2 ** 10;
const mostQuery = 2 ** 20;

const checkpointSchema = z.string().regex(/^\d{1,9}$/, "expected a whole number from 0");

/** `?checkpoint=N`, by epoch counted from 0; null where it is left out, for the run's default. */
export function checkpointOf(request: HonoRequest): number | null {
  const text = request.query("checkpoint");
  if (text === undefined) return null;
  const parsed = checkpointSchema.safeParse(text);
  if (parsed.success) return Number(parsed.data);
  throw new Problem(
    400,
    `checkpoint: received ${shown(text)}, ${parsed.error.issues[0]!.message}, or nothing for the default`,
  );
}

/** What is asked of a training; each field must be one of what `hello` offers. */
export async function trainRequestOf(request: HonoRequest, offered: Hello): Promise<TrainRequest> {
  const value = await bodyJson(request, mostJson, "a training: data, recipe, loss, epochs, limit, seed");
  const parsed = schemaOf(offered).safeParse(value);
  if (parsed.success) return parsed.data;
  const { path, message } = parsed.error.issues[0]!;
  const received = path.reduce<unknown>((at, key) => (isRecord(at) ? at[String(key)] : undefined), value);
  throw new Problem(400, `${path.join(".") || "the body"}: received ${shown(received)}, ${message}`);
}

function schemaOf({ datasets, recipes, losses }: Hello): z.ZodType<TrainRequest> {
  const oneOf = (choices: readonly { readonly name: string }[]) => {
    const names = choices.map(({ name }) => name);
    const expected = `expected one of ${names.join(", ")}`;
    return z.string(expected).refine((name) => names.includes(name), expected);
  };
  const whole = (least: number, most: number, more = "") =>
    z
      .int(`expected a whole number from ${least} to ${most}${more}`)
      .min(least, `expected a whole number from ${least} to ${most}${more}`)
      .max(most, `expected a whole number from ${least} to ${most}${more}`);
  return z.strictObject(
    {
      data: oneOf(datasets),
      recipe: z.enum(
        [autoRecipe, ...recipeNames],
        `expected one of ${recipes.map(({ name }) => name).join(", ")}`,
      ),
      loss: oneOf(losses).nullable(),
      epochs: whole(1, mostEpochs, ", or null for as many as suit").nullable(),
      limit: whole(2, mostLimit, ", or null for all").nullable(),
      seed: whole(0, 2 ** 32 - 1),
    },
    { error: (issue) => expectedObject(issue) },
  );
}

function expectedObject(issue: { readonly code: string; readonly keys?: readonly string[] }): string {
  const fields = "data, recipe, loss, epochs, limit, seed";
  return issue.code === "unrecognized_keys"
    ? `expected ${fields} only, not ${issue.keys?.join(", ")}`
    : `expected an object of ${fields}`;
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

/** Rows of pictures as uint32, little-endian. */
export function rowsOf(bytes: Uint8Array<ArrayBuffer>, count: number): Uint32Array {
  if (bytes.length % 4 !== 0 || bytes.length === 0) {
    throw new Problem(400, `rows: received ${bytes.length} bytes, expected 4 for each row, and at least one`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const rows = Uint32Array.from({ length: bytes.length / 4 }, (_, i) => view.getUint32(i * 4, true));
  if (rows.length > mostPictures) {
    throw new Problem(413, `rows: received ${rows.length}, expected at most ${mostPictures}`);
  }
  const beyond = rows.find((row) => row >= count);
  if (beyond === undefined) return rows;
  throw new Problem(400, `rows: received ${beyond}, expected rows from 0 to ${count - 1}`);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function shown(value: unknown): string {
  const text = value === undefined ? "nothing" : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}...` : text;
}
