import type { MapPngOptions } from "../film/mapPng.ts";
import { driftTop, scaleColour } from "../map/driftScale.ts";
import type { MapHandle } from "../map/mapTypes.ts";
import { markerShapes, shapeOfModality } from "../map/markerShapes.ts";
import { tokenColour } from "../map/tokenColour.ts";
import type { Session } from "../session/session.svelte.ts";
import { type ClassNames, classText } from "../words/classNames.ts";
import type { SpaceView } from "./spaceView.svelte.ts";

/** Pixels of the picture for one of the page. */
const density = 2;

/** What the picture of the view as it is now says and shows. */
export function viewPicture({ space, run, theme }: Session, view: SpaceView, map: MapHandle): MapPngOptions {
  const points = map.project();
  const colour = (name: string): string => `rgb(${tokenColour(name, theme).join(" ")})`;
  const { magnification } = map.viewport();
  const spread = 0.42 * Math.sqrt((points.width * points.height) / Math.max(1, space.count));
  const projection = view.layout === "umap" ? "UMAP to 2 dimensions" : "first 3 principal components";
  const accuracy = space.knn1 === null ? "" : `, 1-NN accuracy ${(100 * space.knn1).toFixed(2)} %`;
  return {
    points,
    looks: view.looks,
    title: `${run?.name ?? "Run"}, epoch ${(space.checkpoint ?? 0) + 1}`,
    subtitle: `${space.count.toLocaleString("en")} embeddings, ${projection}${accuracy}`,
    legend: legendOf(view, colour, run?.classNames ?? null),
    scale:
      view.colouring === "drift"
        ? {
            colours: [0, 0.25, 0.5, 0.75, 1].map((part) => `rgb(${scaleColour(theme, part).join(" ")})`),
            low: "drift 0",
            high: `${driftTop(space.drift ?? new Float32Array(0)).toPrecision(2)} and more`,
          }
        : null,
    colours: { surface: colour("--surface"), ink: colour("--ink"), soft: colour("--soft") },
    radius: Math.min(Math.max(spread, 1.2), 4.5) * Math.min(Math.max(magnification ** 0.4, 0.7), 4),
    density,
  };
}

function legendOf(
  view: SpaceView,
  colour: (name: string) => string,
  names: ClassNames,
): MapPngOptions["legend"] {
  const several = view.modalities.length > 1;
  const modalities = several
    ? view.modalities
        .filter(({ modality }) => !view.away.has(modality))
        .map(({ modality, items }) => ({
          ...{ text: items, colour: colour("--soft") },
          shape: markerShapes.indexOf(shapeOfModality(modality)),
        }))
    : [];
  if (view.colouring === "none") return modalities;
  if (view.colouring === "correctness") {
    return [
      ...modalities,
      { text: "right", colour: colour("--faint"), shape: 0 },
      { text: "wrong", colour: colour("--bad"), shape: several ? 0 : 1 },
    ];
  }
  const classes = view.classes.styles.flatMap(({ label, colour: own, symbol }, place) =>
    view.shown[place]
      ? [{ text: classText(names, label), colour: own, shape: several ? 0 : markerShapes.indexOf(symbol) }]
      : [],
  );
  return [...modalities, ...classes];
}
