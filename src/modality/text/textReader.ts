import { InputError } from "../../base/index.ts";
import { parseJson } from "../../base/parseJson.ts";
import type { OpenReader } from "../modality.ts";
import { prepareQueries, textPreparationFrom } from "./preparation.ts";
import { textPreparationSchema } from "./textSchema.ts";

/** Opens what makes a text what a tower takes, by the tower's preparation and its `tokenizer.json`, the same in Node and browsers. */
export const openTextReader: OpenReader = async ({ preprocessing, where, file }) => {
  const what = "how texts are made ready: train the model anew";
  const description = parseJson(textPreparationSchema, JSON.stringify(preprocessing), where, what);
  const tokenizer =
    description.kind === "tokens" ? new TextDecoder().decode(await file("tokenizer.json")) : null;
  const preparation = textPreparationFrom(description, tokenizer);
  return (value, name) => {
    if (typeof value === "string") return prepareQueries(preparation, [value]).ports;
    throw new InputError(
      `${name} is ${value === null ? "null" : typeof value}, expected a text, such as { text: "a red shoe" }`,
    );
  };
};
