import { type Message, MessageReader } from "kindred/workspace";

/**
 * Hands over the messages of a body as they come; resolves at its end. What the listener throws ends the reading.
 *
 * @param onBytes called at each piece of the body, whole message or not
 */
export async function readMessages(
  body: ReadableStream<Uint8Array>,
  onMessage: (message: Message) => void,
  onBytes?: () => void,
): Promise<void> {
  const messages = new MessageReader();
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      onBytes?.();
      for (const message of messages.push(value)) onMessage(message);
    }
  } catch (error) {
    await reader.cancel(error).catch((later: unknown) => console.info("a stream did not end well", later));
    throw error;
  }
}
