import type { Command } from "commander";
import { InputError } from "../base/index.ts";
import { publicHub } from "../platform/node/pretrained/hub/hubClient.ts";
import { pullModel } from "../platform/node/pretrained/hub/pull.ts";
import { dtypes } from "../platform/node/pretrained/layout.ts";
import { type OptionTable, type OptionValues, oneOf, path, several } from "../runs/option.ts";
import { columns, duration, note, ProgressLine, result } from "./console.ts";
import { untilStopped } from "./interrupt.ts";
import { commandOf, defined, taking, type Words } from "./options.ts";

const modalities = ["image", "text", "audio"] as const;

const takes = {
  tower: {
    is: several("modality", oneOf("modality", modalities)),
    about: `the towers to fetch: ${modalities.join(", ")}`,
    usual: "all that the model has",
  },
  dtype: { is: oneOf("name", dtypes), about: "precision of the weights", default: "fp32" },
  out: {
    is: path("dir"),
    about: "folder to put the files into",
    usual: "one of the cache, by model and commit",
  },
  ...taking("json"),
} satisfies OptionTable;

export const pullCommand = (): Command =>
  commandOf(takes, runPull).argument(
    "<model>",
    "its name on the hub, with @ and a branch, tag or commit where that is not main: Xenova/clip-vit-base-patch32@main; the variables HF_ENDPOINT and HF_TOKEN name another hub and a token",
  );

async function runPull(options: OptionValues<typeof takes>, { words }: Words): Promise<void> {
  const [id = "", revision, ...more] = words[0]!.split("@");
  if (revision === "" || more.length > 0) {
    throw new InputError(
      `${words[0]} is no name of a model, expected one such as owner/name or owner/name@revision`,
    );
  }
  const { HF_ENDPOINT: endpoint, HF_TOKEN: token } = process.env;
  const hub = {
    endpoint: (endpoint || publicHub).replace(/\/+$/, ""),
    ...(token ? { token } : {}),
  };
  const line = new ProgressLine("fetching");
  const began = performance.now();
  let first: number | undefined;
  const onProgress = (bytes: number, total: number): void => {
    // What was there already says nothing of the rate.
    first ??= bytes;
    const rate = (bytes - first) / ((performance.now() - began) / 1000);
    const left = rate > 0 ? `  ${megabytes(rate)}/s  ${duration((total - bytes) / rate)} left` : "";
    line.update(bytes, total, `${megabytes(bytes)} of ${megabytes(total)}${left}`);
  };
  note(`${id}${revision === undefined ? "" : `@${revision}`} from ${hub.endpoint}`);
  const { dtype, tower, out } = options;
  await untilStopped(
    options,
    "stopping: what has arrived is kept",
    "stopped; the same command goes on from here",
    async (signal) => {
      const { folder, commit, towers, files } = await pullModel(id, {
        ...{ hub, dtype, signal, onProgress },
        ...defined({ revision, towers: tower, out }),
      }).finally(() => line.end());
      result(
        options,
        { id, commit, folder, dtype, towers, files },
        ...columns(
          files.map((file) => [file.path, megabytes(file.size), file.sha256.slice(0, 12)]),
          "<><",
        ),
        `${folder}: ${towers.join(" and ")} of ${id}, commit ${commit.slice(0, 12)}`,
      );
    },
  );
}

const megabytes = (bytes: number): string =>
  bytes < 1e5 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
