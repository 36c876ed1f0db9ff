import { BackendError } from "kindred/workspace";

/** The server is there, and will not have whoever asks. */
export class RefusedError extends BackendError {}

/**
 * The reason that a server's refusal gives: `detail` or `title` of a problem (RFC 9457), else the status.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9457
 */
export async function refusal(response: Response): Promise<BackendError> {
  const status = `the server answered ${response.status} ${response.statusText}`.trim();
  if (!(response.headers.get("content-type") ?? "").includes("application/problem+json")) {
    return new BackendError(status);
  }
  let problem: unknown;
  try {
    problem = await response.json();
  } catch (error) {
    return new BackendError(status, { cause: error });
  }
  if (typeof problem !== "object" || problem === null) return new BackendError(status);
  if (response.status === 401 && "detail" in problem) return new RefusedError(String(problem.detail));
  if ("detail" in problem && typeof problem.detail === "string") return new BackendError(problem.detail);
  if ("title" in problem && typeof problem.title === "string") return new BackendError(problem.title);
  return new BackendError(status);
}
