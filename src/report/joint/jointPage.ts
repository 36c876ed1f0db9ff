import { base64 } from "../base64.ts";
import type { MarkerSymbol } from "../classStyles.ts";
import { decodeScript } from "../client/decode.ts";
import { themeScript } from "../client/theme.ts";
import { escapeHtml } from "../escape.ts";
import { plotPage } from "../plotPage.ts";
import { markerFor } from "../plotPoints.ts";
import { markerIcon } from "../pointsPage.ts";
import { type JointPoints, type JointView, jointTitles, mostListed } from "./jointPoints.ts";

/** What {@link jointPage} shows. */
export interface JointPage {
  readonly view: JointView;
  readonly subtitle: string;
  readonly points: JointPoints;
  /** `[count, 2]` */
  readonly positions: Float32Array;
  /** The source of plotly.js, with `scattergl`. */
  readonly plotly: string;
}

const script = `
const plot = document.getElementById("plot");
const positions = decode(data.positions, Float32Array);
const classOf = decode(data.classOf, Uint16Array);
const modalityOf = decode(data.modalityOf, Uint8Array);
const hidden = { class: new Set(), modality: new Set() };
const webgl = document.createElement("canvas").getContext("webgl") !== null;
const escaped = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
const rowsOf = data.modalities.map((_, index) => {
  const rows = [];
  for (let row = 0; row < modalityOf.length; row++) if (modalityOf[row] === index) rows.push(row);
  return rows;
});
const told = (row) => {
  const text = data.texts === null ? "" : data.texts[row];
  return "<b>" + escaped(data.classes[classOf[row]].name) + "</b>" + (text === "" ? "" : "<br>" + escaped(text));
};
const traces = () => data.modalities.map(({ name, symbol }, index) => {
  const rows = hidden.modality.has(index) ? [] : rowsOf[index].filter((row) => !hidden.class.has(classOf[row]));
  return {
    type: webgl ? "scattergl" : "scatter", mode: "markers", name, showlegend: false,
    x: rows.map((row) => positions[2 * row]), y: rows.map((row) => positions[2 * row + 1]),
    text: rows.map(told), hovertemplate: "%{text}<extra>" + escaped(name) + "</extra>",
    marker: {
      symbol, size: data.marker.size + 1, opacity: data.marker.opacity, line: { width: 0 },
      color: rows.map((row) => data.classes[classOf[row]].colour),
    },
  };
});
// What is hidden does not move what is not.
const range = (d) => {
  let [low, high] = [Infinity, -Infinity];
  for (let i = d; i < positions.length; i += 2) {
    low = Math.min(low, positions[i]);
    high = Math.max(high, positions[i]);
  }
  const pad = (high - low || 1) * 0.04;
  return [low - pad, high + pad];
};
const layoutOf = (colours) => {
  const bare = { showgrid: false, zeroline: false, showticklabels: false, ticks: "" };
  return {
    font: plotFont(colours), paper_bgcolor: colours.surface, plot_bgcolor: colours.surface,
    margin: { l: 12, r: 12, t: 12, b: 12 }, hovermode: "closest", hoverdistance: 12, dragmode: "pan", uirevision: "kept",
    hoverlabel: { bgcolor: colours.surface, bordercolor: colours.grid, font: { color: colours.text }, align: "left" },
    xaxis: { ...bare, range: range(0) }, yaxis: { ...bare, range: range(1), scaleanchor: "x" },
    modebar: { color: colours.faint, activecolor: colours.text, bgcolor: "rgba(0,0,0,0)" },
  };
};
const draw = () => Plotly.react(plot, traces(), layoutOf(theme()), plotConfig);
draw().then(() => {
  document.documentElement.dataset.ready = "true";
});
followTheme(draw);

const chips = [...document.querySelectorAll("#legend button[data-kind]")];
const everything = document.getElementById("every-class");
const show = () => {
  for (const chip of chips) {
    chip.setAttribute("aria-pressed", String(!hidden[chip.dataset.kind].has(Number(chip.dataset.index))));
  }
  everything.disabled = hidden.class.size + hidden.modality.size === 0;
  draw();
};
for (const chip of chips) {
  const set = hidden[chip.dataset.kind];
  const index = Number(chip.dataset.index);
  const alone = () => {
    for (const other of chips) if (other.dataset.kind === chip.dataset.kind) set.add(Number(other.dataset.index));
    set.delete(index);
    show();
  };
  chip.addEventListener("click", (event) => {
    if (event.shiftKey) return alone();
    if (!set.delete(index)) set.add(index);
    show();
  });
  chip.addEventListener("dblclick", alone);
}
everything.addEventListener("click", () => {
  hidden.class.clear();
  hidden.modality.clear();
  show();
});
`;

/** The page of a map of several modalities in the plane, whose legend shows and hides modalities and classes. */
export function jointPage({ view, subtitle, points, positions, plotly }: JointPage): string {
  const { modalities, modalityOf, classes, texts } = points;
  const title = jointTitles[view];
  const note =
    view === "umap"
      ? "Near points are alike; directions, and distances between far groups, mean little."
      : "The two directions in which the points differ most.";
  return plotPage({
    title,
    subtitle,
    controls: controls(points),
    panels: `<div class="panel"><div class="plot" id="plot" role="img" aria-label="${escapeHtml(title)}"></div></div>`,
    note: `${note} Drag to move, scroll to zoom.`,
    data: {
      positions: base64(positions),
      classOf: base64(classes.of),
      modalityOf: base64(modalityOf),
      modalities,
      classes: classes.styles,
      texts,
      marker: markerFor(positions.length / 2, 2, classes.styles),
    },
    scripts: [decodeScript, themeScript, script],
    plotly,
  });
}

function controls({ modalities, classes }: JointPoints): string {
  const chip = (
    kind: "modality" | "class",
    index: number,
    one: { readonly name: string; readonly count: number },
    symbol: MarkerSymbol,
    colour: string,
  ): string =>
    `<li><button type="button" data-kind="${kind}" data-index="${index}" aria-pressed="true" style="--class: ${colour}" title="Click hides or shows it, shift-click or double-click shows it alone">${markerIcon(symbol)}<span class="class-name">${escapeHtml(one.name)}</span> <small>${one.count.toLocaleString("en")}</small></button></li>`;
  const { styles } = classes;
  const listed = styles.length > 1 && styles.length <= mostListed ? styles : [];
  const chips = [
    ...modalities.map((one, index) => chip("modality", index, one, one.symbol, "var(--faint)")),
    ...listed.map((one, index) => chip("class", index, one, "circle", one.colour)),
  ];
  return `<div class="controls">
<ul id="legend" aria-label="modalities and classes">${chips.join("")}<li><button type="button" id="every-class" disabled>all</button></li></ul>
</div>`;
}
