export { type Backend, BackendError, type BackendEvent, type SpaceMessage } from "./backend.ts";
export {
  decodeMessage,
  encodeMessage,
  type Message,
  type MessageArray,
  MessageReader,
} from "./message.ts";
export * from "./protocol.ts";
