import type { ModelCardInput } from "./modelCardInput.ts";

/** What not to expect of an encoder, as far as its configuration tells. */
export function limits({ config, description, evaluation }: Omit<ModelCardInput, "name">): string {
  const { size, channels } = description.preprocessing;
  const { classes } = config.data;
  const lines = [
    classes
      ? `It learned to tell these ${classes.length} classes apart. For pictures of other things, near and far may mean little: measure before relying on it.`
      : "It learned from the pictures named above. For pictures of another kind, near and far may mean little: measure before relying on it.",
    `It sees ${size} x ${size} pixels${channels === 1 ? " of grey" : ""}: what is smaller than a ${size}th of a picture${channels === 1 ? ", and colour," : ""} is lost to it.`,
    "It gives no probability and does not say that it does not know: the nearest picture is near only in comparison.",
    "Whatever is uneven in the data, such as classes with few pictures or one background for a class, is in the embeddings too. Nothing here has been checked for fairness towards people.",
    "Embeddings of two encoders, or of two checkpoints, cannot be compared: the fingerprint above tells them apart.",
  ];
  if (!evaluation) lines.push("Its metrics stand without baselines, so they prove little.");
  return lines.map((line) => `- ${line}`).join("\n");
}
