/**
 * LanceDB and Arrow are loaded when an index is first used: they are large, and most who import Kindred search nothing.
 *
 * @see https://lancedb.github.io/lancedb/js/
 */
export const lancedb = (): Promise<typeof import("@lancedb/lancedb")> => import("@lancedb/lancedb");
export const arrow = (): Promise<typeof import("apache-arrow")> => import("apache-arrow");
