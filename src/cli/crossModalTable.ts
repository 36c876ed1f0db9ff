import type { CrossModalReport, DirectionMetrics, DirectionReport, Measured } from "../evaluation/index.ts";
import { columns } from "./console.ts";

/**
 * A report of several modalities as lines of at most 100 characters, where names of modalities have 12 or fewer: retrieval in every
 * direction with what it is compared with, zero-shot accuracy, and the shape of the space.
 */
export function crossModalLines(report: CrossModalReport): string[] {
  const across = report.directions.filter(({ from, to }) => from !== to);
  const within = report.directions.filter(({ from, to }) => from === to);
  const sections = [
    retrieval("Retrieval across modalities", across, ({ from, to }) => `${from} → ${to}`),
    retrieval("Within a modality, each query without itself", within, ({ from }) => from),
    emergent(report),
    zeroShots(report),
    gaps(report),
    hubs(report),
    notes(report),
  ];
  return sections
    .filter((lines) => lines.length > 0)
    .flatMap((lines, at) => (at > 0 ? ["", ...lines] : lines));
}

const head = ["", "R@1", "95 %", "R@5", "R@10", "MRR", "MAP@R", "nDCG@10", "rank", "pool"];

function retrieval(
  title: string,
  directions: readonly DirectionReport[],
  nameOf: (direction: DirectionReport) => string,
): string[] {
  if (directions.length === 0) return [];
  const rows = directions.flatMap((direction) => {
    const { plain, centred, direct, linear, untrained } = direction;
    if (!plain) return [[nameOf(direction), ...head.slice(1).map(() => "-")]];
    const compared = { centred, "trained directly": direct, "linear map": linear, untrained };
    return [
      [nameOf(direction), ...cells(plain)],
      ...Object.entries(compared).flatMap(([name, metrics]) =>
        metrics ? [[`  ${name}`, ...cells(metrics)]] : [],
      ),
      ["  by chance", chance(plain, "1"), "", chance(plain, "5"), chance(plain, "10"), "", "", "", "", ""],
    ];
  });
  return [title, ...columns([head, ...rows], "<>>>>>>>>>")];
}

function cells({ recallAt, mrr, mapAtR, ndcgAt10, medianRank, pool }: DirectionMetrics): string[] {
  return [
    share(recallAt["1"].value),
    interval(recallAt["1"]),
    share(recallAt["5"].value),
    share(recallAt["10"].value),
    share(mrr.value),
    share(mapAtR.value),
    share(ndcgAt10.value),
    String(medianRank.value),
    String(pool),
  ];
}

const share = (value: number): string => value.toFixed(3);
const interval = ({ low, high }: Measured): string => `${low.toFixed(3)} to ${high.toFixed(3)}`;
const chance = ({ chanceAt }: DirectionMetrics, k: "1" | "5" | "10"): string => share(chanceAt[k]);

function emergent({ directions }: CrossModalReport): string[] {
  const ratio = (value: number | null): string => (value === null ? "-" : share(value));
  const rows = directions.flatMap(({ from, to, emergent: found }) =>
    found
      ? [
          [
            `${from} → ${to}`,
            ratio(found.recallAt["1"]),
            ratio(found.recallAt["10"]),
            ratio(found.mrr),
            ratio(found.mapAtR),
          ],
        ]
      : [],
  );
  if (rows.length === 0) return [];
  const names = ["", "R@1", "R@10", "MRR", "MAP@R"];
  return ["Never paired in training ÷ trained directly", ...columns([names, ...rows], "<>>>>")];
}

function zeroShots({ zeroShot }: CrossModalReport): string[] {
  if (zeroShot.length === 0) return [];
  const rows = zeroShot.map(({ from, prompts, accuracy, meanPerClass, classes, queries }) => [
    `${from} by ${prompts}`,
    share(accuracy.value),
    interval(accuracy),
    share(meanPerClass),
    String(classes),
    String(queries),
  ]);
  const names = ["", "accuracy", "95 %", "mean per class", "classes", "queries"];
  return ["Zero-shot classification", ...columns([names, ...rows], "<>>>>>")];
}

function gaps({ gaps: found }: CrossModalReport): string[] {
  if (found.length === 0) return [];
  const told = (value: number | null): string => (value === null ? "-" : share(value));
  const rows = found.map(({ between: [a, b], plain, centred }) => [
    `${a} and ${b}`,
    share(plain.distance),
    share(centred.distance),
    told(plain.separability),
    told(centred.separability),
  ]);
  const names = ["", "distance", "centred", "told apart", "centred"];
  return [
    "Modality gap: distance of centroids, and how often a linear classifier tells the modalities apart",
    ...columns([names, ...rows], "<>>>>"),
  ];
}

function hubs({ directions }: CrossModalReport): string[] {
  const rows = directions.map(({ from, to, hubness }) => [
    from === to ? from : `${from} → ${to}`,
    hubness.plain.toFixed(2),
    hubness.centred.toFixed(2),
  ]);
  if (rows.length === 0) return [];
  return [
    "Hubs: skewness of how often an item is among the 10 nearest, 0 being none",
    ...columns([["", "plain", "centred"], ...rows], "<>>"),
  ];
}

function notes({ directions, bootstrap, zeroShot }: CrossModalReport): string[] {
  const drawn = new Set(directions.flatMap(({ plain }) => (plain ? [plain.drawn] : [])));
  const left = directions.flatMap(({ from, to, plain }) =>
    plain && plain.withoutReferences > 0
      ? [
          `${plain.withoutReferences} queries of ${from === to ? `${from}, among themselves,` : `${from} → ${to}`} cannot be right and are left out`,
        ]
      : [],
  );
  const unprompted = zeroShot.flatMap(({ from, withoutPrompt }) =>
    withoutPrompt > 0
      ? [`${withoutPrompt} queries of ${from} have a class without a prompt and are left out`]
      : [],
  );
  const by =
    drawn.size === 0 ? [] : [`95 %: bootstrap over ${[...drawn].join(" or ")}, ${bootstrap.samples} samples`];
  return [
    "rank: the median of the first right one; pool: items that each query is compared with",
    ...by,
    ...left,
    ...unprompted,
  ];
}
