import type { Pooling, PretrainedModality } from "./manifest.ts";

/** The part of a model that embeds one modality, as transformers.js' folders have it. */
export interface ArchitecturePart {
  /** Name of the file in `onnx`, without its ending. */
  readonly file: "model" | "text_model" | "vision_model" | "audio_model";
  /** Outputs that make the embedding, the first that is there. */
  readonly outputs: readonly { readonly name: string; readonly pooling?: Pooling }[];
  readonly normalized: boolean;
}

/** What `config.json` leaves out where it is transformers' default. */
interface TextDefaults {
  readonly length: number;
  readonly vocabulary: number;
}

export interface Architecture {
  readonly parts: Partial<Record<PretrainedModality, ArchitecturePart>>;
  readonly text?: TextDefaults;
  /** Texts are padded to the length that the model was trained with, and no mask tells what is padding. */
  readonly padsToMax?: true;
  /** The filter where `preprocessor_config.json` names none. Default bicubic. */
  readonly resample?: "bilinear";
}

const joint = (file: ArchitecturePart["file"], output: string): ArchitecturePart => ({
  file,
  outputs: [{ name: output }],
  normalized: true,
});

const siglip: Architecture = {
  parts: { text: joint("text_model", "pooler_output"), image: joint("vision_model", "pooler_output") },
  text: { length: 64, vocabulary: 32_000 },
  padsToMax: true,
};

/** The token that stands for the whole picture, as it is. */
const features: Architecture = {
  parts: {
    image: {
      file: "model",
      outputs: [{ name: "last_hidden_state", pooling: "cls" }],
      normalized: false,
    },
  },
};

const sentences: Architecture = {
  parts: {
    text: {
      file: "model",
      // Without a pooling of their own: the folder says which, or it is the mean.
      outputs: [
        { name: "sentence_embedding", pooling: "none" },
        ...["last_hidden_state", "token_embeddings"].map((name) => ({ name })),
      ],
      normalized: true,
    },
  },
};

/** By `model_type` of `config.json`. */
export const architectures: Readonly<Record<string, Architecture>> = {
  clip: {
    parts: { text: joint("text_model", "text_embeds"), image: joint("vision_model", "image_embeds") },
    text: { length: 77, vocabulary: 49_408 },
  },
  siglip,
  siglip2: { ...siglip, text: { length: 64, vocabulary: 256_000 } },
  clap: {
    parts: { text: joint("text_model", "text_embeds"), audio: joint("audio_model", "audio_embeds") },
    text: { length: 514, vocabulary: 50_265 },
  },
  ...Object.fromEntries(
    ["dinov2", "dinov2_with_registers", "dinov3_vit", "deit", "ijepa"].map((name) => [name, features]),
  ),
  vit: { ...features, resample: "bilinear" },
  ...Object.fromEntries(
    [
      ...["bert", "distilbert", "roberta", "xlm-roberta", "mpnet", "albert", "electra", "camembert"],
      ...["modernbert", "nomic_bert", "new", "gemma3_text", "embedding_gemma2", "qwen3", "neobert"],
    ].map((name) => [name, sentences]),
  ),
};

/** Positions that RoBERTa's relatives leave to padding. */
export const unusedPositions = (modelType: string): number =>
  ["roberta", "xlm-roberta", "camembert", "mpnet", "clap", "clap_text_model"].includes(modelType) ? 2 : 0;

/** How well-known text encoders are used, where their folder does not say: by their names. */
export const knownSentenceEncoders: readonly {
  readonly name: RegExp;
  readonly pooling: Pooling;
  readonly prefixes: { readonly query: string; readonly document: string };
}[] = [
  {
    name: /(^|[/_-])e5-(small|base|large)(?!.*instruct)/i,
    pooling: "mean",
    prefixes: { query: "query: ", document: "passage: " },
  },
  {
    name: /bge-(small|base|large)-en|snowflake-arctic-embed|mxbai-embed/i,
    pooling: "cls",
    prefixes: { query: "Represent this sentence for searching relevant passages: ", document: "" },
  },
  {
    name: /bge-(small|base|large)-zh/i,
    pooling: "cls",
    prefixes: { query: "为这个句子生成表示以用于检索相关文章：", document: "" },
  },
  { name: /bge-/i, pooling: "cls", prefixes: { query: "", document: "" } },
  {
    name: /embeddinggemma/i,
    pooling: "mean",
    prefixes: { query: "task: search result | query: ", document: "title: none | text: " },
  },
  {
    name: /nomic-embed-text/i,
    pooling: "mean",
    prefixes: { query: "search_query: ", document: "search_document: " },
  },
];
