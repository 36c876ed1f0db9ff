import type { LoweredGraph } from "./lowering.ts";
import { withoutUnpooledEdges } from "./unpooledEdges.ts";
import { withoutUnreadIndices } from "./unreadIndices.ts";

/** Leaves out what operators would compute and nothing reads, on every provider; all values stay the same. */
export function withoutUnread(graph: LoweredGraph): LoweredGraph {
  return withoutUnpooledEdges(withoutUnreadIndices(graph));
}
