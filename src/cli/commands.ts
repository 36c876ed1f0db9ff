import type { Command } from "commander";

interface CommandEntry {
  readonly description: string;
  load(): Promise<Command>;
}

/**
 * What `kindred` can do. A command's module, and all that it computes with, is read only when the command is given, so
 * that help and usage errors come at once.
 */
export const commands: Readonly<Record<string, CommandEntry>> = {
  train: {
    description: "train an encoder on pictures by contrast, with labels or without",
    load: async () => (await import("./train/train.ts")).trainCommand(),
  },
  eval: {
    description: "measure a run's encoder beside raw pixels and the untrained encoder",
    load: async () => (await import("./eval.ts")).evalCommand(),
  },
  embed: {
    description: "write the embeddings of a data set to a file",
    load: async () => (await import("./embed.ts")).embedCommand(),
  },
  plot: {
    description: "draw a run's embedding space, losses and similarities as pages and pictures",
    load: async () => (await import("./plot.ts")).plotCommand(),
  },
  encoders: {
    description: "list the encoders with their parameters and operations per picture",
    load: async () => (await import("./encoders.ts")).encodersCommand(),
  },
  animate: {
    description: "make a film (MP4, H.264) of the embeddings organising themselves during training",
    load: async () => (await import("./animate.ts")).animateCommand(),
  },
  export: {
    description:
      "write a run's encoder for use elsewhere, with a model card: ONNX, weights, or Transformers.js",
    load: async () => (await import("./export.ts")).exportCommand(),
  },
  index: {
    description: "put the pictures of a data set into an index to search in, as a run's encoder sees them",
    load: async () => (await import("./indexCommand.ts")).indexCommand(),
  },
  search: {
    description: "find the pictures of an index that are most like others",
    load: async () => (await import("./search.ts")).searchCommand(),
  },
  pull: {
    description: "fetch a pretrained model's towers from a hub: CLIP, SigLIP, CLAP, sentence encoders, DINO",
    load: async () => (await import("./pull.ts")).pullCommand(),
  },
  view: {
    description:
      "explore a run in the browser, and train there: the map as it forms, neighbours, your own drawings",
    load: async () => (await import("./view.ts")).viewCommand(),
  },
};
