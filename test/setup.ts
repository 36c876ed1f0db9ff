import { join } from "node:path";
import * as fc from "fast-check";
import { inject } from "vitest";

/**
 * The seed of every property test: one and the same by default, so that a change is judged by what
 * it changes and not by a new draw. `KINDRED_PROPERTY_SEED=random npx vitest run` draws anew, and
 * a number repeats a draw that failed.
 */
const asked = process.env.KINDRED_PROPERTY_SEED ?? "20261125";
if (asked !== "random") fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(asked) });

/** What tests decode is no business of the cache of who runs them. */
process.env.KINDRED_CACHE = join(inject("madeOnce"), "cache");
