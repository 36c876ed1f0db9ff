import {
  AutoProcessor,
  AutoTokenizer,
  CLIPTextModelWithProjection,
  CLIPVisionModelWithProjection,
  ClapAudioModelWithProjection,
  ClapTextModelWithProjection,
  env,
  pipeline,
  RawImage,
  SiglipTextModel,
  SiglipVisionModel,
} from "@huggingface/transformers";
import { describe, expect, it } from "vitest";
import {
  type PretrainedOptions,
  type PretrainedValues,
  pretrainedTower,
} from "../../src/platform/node/pretrained/pretrainedTower.ts";
import type { EmbedOptions, PretrainedModality } from "../../src/pretrained/index.ts";
import { golden, goldenFolder, greatestDifference, picture, recording } from "./inputs.ts";

env.allowRemoteModels = false;
env.localModelPath = goldenFolder();

const tolerance = 1e-4;

async function embedded<Name extends PretrainedModality>(
  folder: string,
  modality: Name,
  values: readonly PretrainedValues[Name][],
  options: PretrainedOptions & EmbedOptions = {},
) {
  const tower = await pretrainedTower(goldenFolder(folder), modality, options);
  try {
    return { embeddings: await tower.embed(values, options), manifest: tower.manifest };
  } finally {
    await tower.dispose();
  }
}

const expectClose = (
  label: string,
  made: readonly ArrayLike<number>[],
  expected: readonly ArrayLike<number>[],
): void => {
  const difference = greatestDifference(made, expected);
  if (process.env.KINDRED_SHOW) console.log(label, difference.toExponential(2));
  expect(difference, label).toBeLessThan(tolerance);
};

describe("a pretrained tower makes what transformers makes in Python", () => {
  it.each(["clip", "siglip", "siglip2", "clap"])("of %s: texts", async (name) => {
    const { texts, text } = await golden(name);
    const { embeddings } = await embedded(name, "text", texts);
    expectClose(name, embeddings, text as number[][]);
  });

  it.each(["clip", "siglip", "siglip2", "dino", "vit"])("of %s: pictures of any size", async (name) => {
    const { pictures, image } = await golden(name);
    const { embeddings } = await embedded(name, "image", pictures.map(picture));
    expectClose(name, embeddings, image as number[][]);
  });

  it("of clap: short recordings, one of a window's length, and a long one as windows", async () => {
    const { seconds, audio } = await golden("clap");
    const { embeddings } = await embedded(
      "clap",
      "audio",
      seconds.map((length) => recording(length, 48_000)),
    );
    expectClose("clap", embeddings, audio as number[][]);
  });

  it("of a sentence encoder: as the folder says, by role, and with other pooling and prefixes", async () => {
    const { texts, text, query, plain, cls } = await golden("bert");
    const none = { query: "", document: "" };
    const { embeddings, manifest } = await embedded("bert", "text", texts);
    expect(manifest.output).toEqual({ name: "last_hidden_state", pooling: "mean" });
    expectClose("passage", embeddings, text as number[][]);
    const asQuery = await embedded("bert", "text", texts, { as: "query" });
    expectClose("query", asQuery.embeddings, query as number[][]);
    const without = await embedded("bert", "text", texts, { prefixes: none });
    expectClose("plain", without.embeddings, plain as number[][]);
    const first = await embedded("bert", "text", texts, { prefixes: none, pooling: "cls" });
    expectClose("cls", first.embeddings, cls as number[][]);
  });

  it("of Gemma: the sentence embedding that the model makes itself", async () => {
    const { texts, text, query } = await golden("gemma");
    const prefixes = { query: "task: search result | query: ", document: "title: none | text: " };
    const { embeddings } = await embedded("gemma", "text", texts, { prefixes });
    expectClose("document", embeddings, text as number[][]);
    const asQuery = await embedded("gemma", "text", texts, { prefixes, as: "query" });
    expectClose("query", asQuery.embeddings, query as number[][]);
  });
});

type Rows = { readonly dims: number[]; readonly data: ArrayLike<number> };

const unitRows = ({ dims, data }: Rows): number[][] =>
  Array.from({ length: dims[0]! }, (_, row) => {
    const each = data.length / dims[0]!;
    const values = Array.from({ length: each }, (_, i) => data[row * each + i]!);
    const length = Math.hypot(...values);
    return values.map((value) => value / length);
  });

describe("a pretrained tower makes what transformers.js makes", () => {
  // It cuts a text's last token off where the text is too long, so that its model misses the token that ends a text.
  const ofTheirLength = (texts: readonly string[]) => texts.filter((text) => text.length < 25);
  // It resizes pictures by sharp, not as Pillow does.
  const ownSize = picture([32, 32]);
  const image = new RawImage(Uint8ClampedArray.from(ownSize.data), 32, 32, 3);

  it.each([
    ["clip", CLIPTextModelWithProjection, CLIPVisionModelWithProjection, "text_embeds", "image_embeds"],
    ["siglip", SiglipTextModel, SiglipVisionModel, "pooler_output", "pooler_output"],
    ["siglip2", SiglipTextModel, SiglipVisionModel, "pooler_output", "pooler_output"],
  ] as const)("of %s", async (name, TextModel, VisionModel, textOutput, imageOutput) => {
    const { texts } = await golden(name);
    const some = ofTheirLength(texts);
    const tokenizer = await AutoTokenizer.from_pretrained(name);
    const text = await TextModel.from_pretrained(name, { dtype: "fp32" });
    const padding = name === "clip" ? true : "max_length";
    const made = await text(tokenizer(some, { padding, truncation: true }));
    expectClose(`${name} text`, (await embedded(name, "text", some)).embeddings, unitRows(made[textOutput]));
    const processor = await AutoProcessor.from_pretrained(name);
    const vision = await VisionModel.from_pretrained(name, { dtype: "fp32" });
    const seen = await vision(await processor(image));
    const { embeddings } = await embedded(name, "image", [ownSize]);
    expectClose(`${name} image`, embeddings, unitRows(seen[imageOutput]));
  });

  it("of clap", async () => {
    const { texts } = await golden("clap");
    const some = ofTheirLength(texts);
    const tokenizer = await AutoTokenizer.from_pretrained("clap");
    const text = await ClapTextModelWithProjection.from_pretrained("clap", { dtype: "fp32" });
    const made = await text(tokenizer(some, { padding: true, truncation: true }));
    expectClose("text", (await embedded("clap", "text", some)).embeddings, unitRows(made.text_embeds));
    const processor = await AutoProcessor.from_pretrained("clap");
    const audio = await ClapAudioModelWithProjection.from_pretrained("clap", { dtype: "fp32" });
    const heard = recording(0.3, 48_000);
    const features = await processor(heard.samples);
    const { embeddings } = await embedded("clap", "audio", [heard]);
    expectClose("audio", embeddings, unitRows((await audio(features)).audio_embeds));
  });

  it("of a sentence encoder, DINO and ViT", async () => {
    const { texts } = await golden("bert");
    const some = ofTheirLength(texts);
    const extract = await pipeline("feature-extraction", "bert", { dtype: "fp32" });
    const sentences = await extract(some, { pooling: "mean", normalize: true });
    const plain = { prefixes: { query: "", document: "" } };
    expectClose("bert", (await embedded("bert", "text", some, plain)).embeddings, sentences.tolist());
    for (const name of ["vit", "dino"]) {
      // DINO's own size is what is cut out of the resized picture, so it is shown one that needs no resizing.
      const features = await pipeline("image-feature-extraction", name, { dtype: "fp32" });
      const tokens = await features(image);
      const { embeddings } = await embedded(name, "image", [ownSize]);
      expectClose(name, embeddings, [tokens.tolist()[0][0]]);
    }
  });
});
