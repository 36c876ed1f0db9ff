import { BackendError, type Message } from "kindred/workspace";

/** The float32 array of that name. @throws BackendError when the message has none. */
export function floatsOf(message: Message, name: string): Float32Array {
  const array = message.arrays[name];
  if (array instanceof Float32Array) return array;
  throw missing(message, name, "float32");
}

/** The int32 array of that name. @throws BackendError when the message has none. */
export function intsOf(message: Message, name: string): Int32Array {
  const array = message.arrays[name];
  if (array instanceof Int32Array) return array;
  throw missing(message, name, "int32");
}

/** The uint8 array of that name. @throws BackendError when the message has none. */
export function bytesOf(message: Message, name: string): Uint8Array {
  const array = message.arrays[name];
  if (array instanceof Uint8Array) return array;
  throw missing(message, name, "uint8");
}

function missing(message: Message, name: string, type: string): BackendError {
  return new BackendError(
    `the message ${message.head.type} has no ${type} array ${name}; the page and who computes for it are not of one version, reload the page`,
  );
}
