export { blockedConvolution } from "./blockedConvolution.ts";
export type { LoweredGraph, LoweredNode, Lowering } from "./lowering.ts";
export { maxPoolWithoutIndices } from "./maxPoolWithoutIndices.ts";
export { withoutUnread } from "./unread.ts";
export { withoutUnreadIndices } from "./unreadIndices.ts";
