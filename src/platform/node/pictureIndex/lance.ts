/**
 * LanceDB and Arrow are loaded when an index is first used: they are large, and most who import Kindred search nothing.
 *
 * @see https://lancedb.github.io/lancedb/js/
 */
export const lancedb = () => import("@lancedb/lancedb");
export const arrow = () => import("apache-arrow");
