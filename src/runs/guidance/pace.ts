import { lossByName } from "../../losses/index.ts";
import { type EncoderName, encoderCost, encoderTable } from "../../modality/image/index.ts";
import { chosenEncoder } from "../chosenEncoder.ts";
import type { RunChoices } from "../recipes.ts";
import type { RunConfig } from "../runConfig.ts";
import type { ChosenBatches } from "./batches.ts";
import type { DataSeen } from "./dataSeen.ts";
import { type Reason, yours } from "./reason.ts";

/**
 * Multiplications of training a second, on two cores of an AMD EPYC (Zen 4): the lesson reaches 43e9 and the compact encoder
 * 32e9; resnet in small batches came to 16e9 while others worked on the same cores.
 */
const perSecond = 20e9;

/** Seconds that a training is to take, on two cores. */
const timeAimedAt = 300;

/** Seconds from which a lighter encoder is taken. */
const tooLong = 900;

/** Steps after which small sets are learned. */
const stepsAimedAt = 1000;

/** As many as make some 1,000 steps of the smallest epochs. */
const epochs = { least: 3, most: 125 };

/** Training pictures from which a larger encoder finds more: of 150 resnet learned nothing at some seeds, compact at all (`bench/SMALL.md`). */
const enoughForLarge = 1000;

/** Side up to which grey pictures are for the compact encoder, in pixels. */
const compactSize = 32;

/** An encoder, and how long it is trained. */
export interface Pace {
  /** Undefined beside a trunk, which has a head. */
  readonly name: EncoderName | undefined;
  readonly epochs: number;
  /** Seconds of all epochs on two cores; null where a trunk's features take most of the time. */
  readonly seconds: number | null;
  readonly reason: Reason;
  readonly epochsReason: Reason;
}

/**
 * The encoder and the number of epochs that suit the pictures: for photos and colours `resnet`, `convnext` where that would
 * take long, and for small grey pictures, or fewer than 1,000, `compact`; as many epochs as make 1,000 steps and take five
 * minutes on two cores at most, 3 to 125.
 */
export function chooseEncoder(
  seen: DataSeen,
  given: RunChoices,
  usual: RunConfig,
  { perEpoch, batchSize }: ChosenBatches,
): Pace {
  const wanted = clamp(Math.ceil((stepsAimedAt * batchSize) / perEpoch));
  if (given.trunk) {
    const passes = given.epochs ?? usual.epochs;
    return {
      name: undefined,
      epochs: passes,
      seconds: null,
      reason: { what: "encoder", chosen: "a head on your trunk", why: yours("trunk") },
      epochsReason: epochsReason(
        passes,
        null,
        given.epochs === undefined ? "a head learns in seconds" : yours("epochs"),
      ),
    };
  }
  const perPicture = lossByName(usual.loss.name, optionsOf(usual.loss)).of === "labels" ? 1 : 2;
  const epochSeconds = (name: EncoderName): number => {
    const { encoder: _, width, depth, ...others } = given;
    const table = encoderTable[name];
    const sizes = {
      width: table.width === null ? undefined : width,
      depth: table.depth === null ? undefined : depth,
    };
    const { trainingMultiplications } = encoderCost(
      chosenEncoder(name, { ...others, ...sizes, encoder: name }),
    );
    return (perEpoch * perPicture * trainingMultiplications) / perSecond;
  };
  const { name, why } = encoderFor(seen, given, (candidate) => wanted * epochSeconds(candidate));
  const affordable = Math.floor(timeAimedAt / epochSeconds(name));
  const passes = given.epochs ?? Math.max(epochs.least, Math.min(wanted, affordable));
  const seconds = passes * epochSeconds(name);
  const reasonOfEpochs =
    given.epochs !== undefined
      ? yours("epochs")
      : passes < wanted
        ? "more would take long"
        : `${seen.training.toLocaleString("en")} pictures are learned in some ${stepsAimedAt.toLocaleString("en")} steps`;
  return {
    name,
    epochs: passes,
    seconds,
    reason: { what: "encoder", chosen: name, why },
    epochsReason: epochsReason(passes, seconds, reasonOfEpochs),
  };
}

function encoderFor(
  { channels, size, training }: DataSeen,
  { encoder, width, depth }: RunChoices,
  secondsOf: (name: EncoderName) => number,
): { name: EncoderName; why: string } {
  if (encoder !== undefined) return { name: encoder, why: yours("encoder") };
  const pictures = `${channels === 1 ? "grey" : "colour"} pictures of ${size} x ${size}`;
  if (
    depth === undefined &&
    ((channels === 1 && size <= compactSize) || size < encoderTable.resnet.leastSize)
  ) {
    return { name: "compact", why: `${pictures} need no more` };
  }
  if (depth === undefined && training < enoughForLarge) {
    return { name: "compact", why: `of ${training} pictures a larger one learns less` };
  }
  if (width === undefined && depth === undefined && secondsOf("resnet") > tooLong) {
    return { name: "convnext", why: `${pictures}, of which resnet would take twice as long to learn` };
  }
  return { name: "resnet", why: `it suits ${pictures}` };
}

function epochsReason(passes: number, seconds: number | null, why: string): Reason {
  const about = seconds === null ? "" : `, ${roughly(seconds)} on two cores by its multiplications`;
  return { what: "epochs", chosen: `${passes} at most${about}`, why };
}

/** `under a minute`, `about 3 min`, `about 2 h`. */
function roughly(seconds: number): string {
  if (seconds < 60) return "under a minute";
  const minutes = Math.round(seconds / 60);
  return minutes < 100 ? `about ${minutes} min` : `about ${Math.round(minutes / 60)} h`;
}

function clamp(passes: number): number {
  return Math.max(epochs.least, Math.min(epochs.most, passes));
}

function optionsOf({ name: _, ...options }: RunConfig["loss"]): Omit<RunConfig["loss"], "name"> {
  return options;
}
