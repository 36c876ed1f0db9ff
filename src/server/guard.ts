import type { MiddlewareHandler } from "hono";
import { pagePolicy } from "../workspace/index.ts";
import { problemResponse } from "./problem.ts";

const headers: Readonly<Record<string, string>> = {
  "content-security-policy": pagePolicy,
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
  "cross-origin-resource-policy": "same-origin",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
};

/**
 * Lets in only what this machine's own browser asks for from the page itself: a name that was made to lead here (DNS
 * rebinding) is another `Host`, and a foreign page's request has another `Origin` or says that it comes from another site.
 * Every response gets the headers that keep the page to itself.
 *
 * @param port what the server listens on
 */
export function guard(port: () => number): MiddlewareHandler {
  return async (context, next) => {
    const reason = refusal(context.req.raw.headers, port());
    if (reason === null) await next();
    else context.res = problemResponse(403, reason);
    // A head is asked for alone: what would come after it is not begun, or ends here.
    if (context.req.raw.method === "HEAD") await context.res.body?.cancel();
    keepToItself(context.res.headers);
  };
}

/** Gives a response the headers that it lacks; a plot of a run has a policy of its own. */
export function keepToItself(given: Headers): void {
  for (const [name, value] of Object.entries(headers)) {
    if (!given.has(name)) given.set(name, value);
  }
}

function refusal(given: Headers, port: number): string | null {
  const hosts = ["127.0.0.1", "localhost"].flatMap((name) =>
    port === 80 ? [name, `${name}:80`] : [`${name}:${port}`],
  );
  const host = given.get("host");
  if (host === null || !hosts.includes(host.toLowerCase())) {
    return `the request is for ${quoted(host)}, expected ${hosts.join(" or ")}`;
  }
  const origin = given.get("origin");
  if (origin !== null && !hosts.some((known) => origin === `http://${known}`)) {
    return `the request comes from ${quoted(origin)}, expected the explorer's own page`;
  }
  const site = given.get("sec-fetch-site");
  if (site !== null && site !== "same-origin" && site !== "none") {
    return `the request comes from another site (Sec-Fetch-Site ${quoted(site)}), expected the explorer's own page: open it by its address`;
  }
  return null;
}

function quoted(value: string | null): string {
  return value === null ? "nobody" : JSON.stringify(value.slice(0, 100));
}
