import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import type { Context, MiddlewareHandler } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import { InputError } from "../base/index.ts";
import { problemResponse } from "./problem.ts";
import { tokenPage } from "./tokenPage.ts";

/** What a token of one's own must look like, so that it stands in an address and cannot be guessed. */
const tokenForm = /^[\w.~-]{16,200}$/;

/**
 * The secret that whoever asks must know: other users and programs of this machine reach its ports too. Whoever opens the
 * page with `?token=…` gets a cookie that only this server sees, and an address without the token.
 */
export class Access {
  readonly token: string;
  readonly #port: () => number;
  readonly #tickets = new Set<string>();

  /**
   * @param port what the server listens on
   * @param token default: 192 random bits
   * @throws InputError when it is too short, or would not stand in an address.
   */
  constructor(port: () => number, token: string = random()) {
    if (!tokenForm.test(token)) {
      throw new InputError(
        `the token has ${token.length} characters, expected 16 to 200 of letters, digits, ".", "_", "~" and "-": leave it out for a random one`,
      );
    }
    this.#port = port;
    this.token = token;
  }

  /**
   * Opens the page once in place of the token: for the command line of a browser, which other users of the machine can read.
   */
  ticket(): string {
    const ticket = random();
    this.#tickets.add(ticket);
    return ticket;
  }

  /** Lets in who has the token; the page's own scripts and pictures, which tell nothing of a run, are for all. */
  middleware(): MiddlewareHandler {
    return async (context, next) => {
      const { path, method } = context.req;
      const isPage = path === "/" && method === "GET";
      const given = context.req.query("token");
      if (isPage && given !== undefined && this.#opens(given)) return this.#welcome(context);
      if (!isPage && !path.startsWith("/api/")) return next();
      if (this.#knows(context)) return next();
      const wrong = given !== undefined || getCookie(context, this.#cookie) !== undefined;
      const reason = `${wrong ? "the token is not that of this explorer" : "the explorer wants its token"}: open the address that kindred view printed, with ?token=…`;
      return isPage ? tokenPage(reason) : problemResponse(401, reason);
    };
  }

  /** By port, as a browser sends cookies to all ports of a host. */
  get #cookie(): string {
    return `kindred-${this.#port()}`;
  }

  #knows(context: Context): boolean {
    const header = /^(?:bearer|token) +(.+)$/i.exec(context.req.header("authorization") ?? "")?.[1];
    const given = [header, getCookie(context, this.#cookie), context.req.query("token")];
    return given.some((token) => token !== undefined && isSame(token, this.token));
  }

  #opens(given: string): boolean {
    return isSame(given, this.token) || this.#tickets.delete(given);
  }

  #welcome(context: Context): Response {
    setCookie(context, this.#cookie, this.token, { path: "/", httpOnly: true, sameSite: "Strict" });
    return context.redirect("/", 303);
  }
}

function random(): string {
  return randomBytes(24).toString("base64url");
}

/** Takes as long whatever is the same. */
function isSame(a: string, b: string): boolean {
  const hash = (text: string): Buffer => createHash("sha256").update(text).digest();
  return timingSafeEqual(hash(a), hash(b));
}
