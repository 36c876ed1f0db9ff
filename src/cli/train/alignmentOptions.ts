import { InputError } from "../../base/index.ts";
import type { ItemModality } from "../../data/index.ts";
import type { FoundItems } from "../../platform/node/alignment/itemSenses.ts";
import type { LockedFrom } from "../../platform/node/alignment/lockedFrom.ts";
import { flagOf } from "../../runs/option.ts";

/** What of the options a training of several modalities takes. */
const taken: ReadonlySet<string> = new Set([
  ...["data", "limit", "validation", "size", "channels", "fit", "background", "strict", "unlabelled"],
  ...["labelColumn", "recipe", "epochs", "patience", "batchSize", "loss", "encoder", "width", "depth", "dim"],
  ...[
    "lr",
    "schedule",
    "augment",
    "augmentation",
    "tower",
    "heads",
    "pairs",
    "textEncoder",
    "holdOut",
    "seed",
  ],
  ...["out", "resume", "force", "device", "json"],
]);

/** @throws InputError naming the first option that was given and says nothing about several modalities. */
export function requireTaken(given: ReadonlySet<string>): void {
  const stray = [...given].find((name) => !taken.has(name));
  if (stray === undefined) return;
  throw new InputError(
    `--${flagOf(stray)} says nothing about a training of several modalities: leave it out, or train on pictures alone`,
  );
}

/** Of which options say something about which towers. */
const towerOptions = {
  image: ["encoder", "width", "depth", "augment", "augmentation"],
  files: ["size", "channels", "fit", "background"],
  text: ["textEncoder"],
  items: ["labelColumn", "unlabelled", "strict"],
} as const;

/** @throws InputError naming the first option given that says something about a tower or about files that are not there. */
export function requireSense(
  given: ReadonlySet<string>,
  found: FoundItems | null,
  locked: { readonly [Modality in ItemModality]?: LockedFrom },
): void {
  const refuse = (names: readonly string[], why: string): void => {
    const stray = names.find((name) => given.has(name));
    if (stray !== undefined) throw new InputError(`--${flagOf(stray)} ${why}: leave it out`);
  };
  const { image, files, text, items } = towerOptions;
  if (locked.image) {
    refuse(
      [...image, ...files],
      `says how a picture tower is made, and that of ${locked.image.from} is locked`,
    );
  }
  if (locked.text) refuse(text, `says how a text tower is made, and that of ${locked.text.from} is locked`);
  if (!found) {
    refuse([...files, ...items], "says how items in files are read, and --recipe senses has arrays");
    return;
  }
  const has = found.modalities.join(", ");
  if (!found.modalities.includes("image")) {
    refuse([...image, ...files], `is about pictures, and what is aligned is ${has}`);
  }
  if (!found.modalities.includes("text")) refuse(text, `is about texts, and what is aligned is ${has}`);
}
