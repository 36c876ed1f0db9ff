import { dirname, resolve, sep } from "node:path";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { AbortedError, InputError, KindredError } from "../base/index.ts";

const titles = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  409: "Conflict",
  413: "Content Too Large",
  415: "Unsupported Media Type",
  422: "Unprocessable Content",
  500: "Internal Server Error",
  503: "Service Unavailable",
} as const satisfies Partial<Record<ContentfulStatusCode, string>>;

export type ProblemStatus = keyof typeof titles;

/** A request that cannot be met, for a reason that a person can read in one line. */
export class Problem extends Error {
  override readonly name = "Problem";
  readonly status: ProblemStatus;

  constructor(status: ProblemStatus, detail: string) {
    super(detail);
    this.status = status;
  }
}

/** @see https://www.rfc-editor.org/rfc/rfc9457 */
export function problemResponse(status: ProblemStatus, detail: string): Response {
  const [line] = detail.split("\n", 1);
  return Response.json(
    { type: "about:blank", title: titles[status], status, detail: line },
    { status, headers: { "content-type": "application/problem+json" } },
  );
}

/**
 * What to tell whoever asked of an error. Of one that is none of Kindred's they learn nothing but where to look, as its
 * text may name anything.
 *
 * @param run the open run's folder, which is called by its name only
 */
export function problemOf(error: unknown, run: RunNames | null): Response {
  if (error instanceof Problem) return problemResponse(error.status, error.message);
  if (error instanceof AbortedError) return problemResponse(503, "the work was stopped");
  if (error instanceof InputError) return problemResponse(422, withoutFolder(error.message, run));
  if (error instanceof KindredError) return problemResponse(500, withoutFolder(error.message, run));
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  return problemResponse(500, "this is a defect of the server: its terminal says more");
}

export interface RunNames {
  readonly path: string;
  readonly name: string;
}

/** A run's folder called by its name alone, also where it is named by its whole path, and those beside it likewise. */
export function withoutFolder(text: string, run: RunNames | null): string {
  if (!run) return text;
  const whole = resolve(run.path);
  const beside = dirname(whole);
  return text
    .replaceAll(whole, run.name)
    .replaceAll(run.path, run.name)
    .replaceAll(beside.endsWith(sep) ? beside : beside + sep, "");
}

/**
 * One line about why work failed that nobody waits for with a request.
 *
 * @param run the folder that it is about, which is called by its name only
 */
export function reasonOf(error: unknown, run: RunNames | null): string {
  if (error instanceof KindredError || error instanceof Problem) {
    return withoutFolder(error.message.split("\n", 1)[0]!, run);
  }
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  return "a defect of the server: its terminal says more";
}
