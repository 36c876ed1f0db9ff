import type { ClassStyle, MarkerSymbol } from "./classStyles.ts";
import { decodeScript } from "./client/decode.ts";
import { hoverCardScript } from "./client/hoverCard.ts";
import { picturesScript } from "./client/pictures.ts";
import { pointsScript } from "./client/points.ts";
import { themeScript } from "./client/theme.ts";
import { escapeHtml } from "./escape.ts";
import { plotPage } from "./plotPage.ts";
import { encodePoints, markerFor, type PlotPoints } from "./plotPoints.ts";

/** What the two pages of points have in common. */
export interface PointsPage {
  readonly title: string;
  readonly subtitle: string;
  readonly points: PlotPoints;
  /** `[count, dims]` */
  readonly positions: Float32Array;
  readonly dims: 2 | 3;
  /** More for the scripts. */
  readonly data?: object;
  /** A script that defines `layoutOf(colours)`, Plotly's layout. */
  readonly layoutScript: string;
  readonly note: string;
  readonly plotly: string;
}

/** A page of points with a legend that shows and hides classes, and a card about the point that is pointed at. */
export function pointsPage(page: PointsPage): string {
  const { points, positions, dims } = page;
  const count = positions.length / dims;
  const lastRow = points.rows?.reduce((last, row) => Math.max(last, row)) ?? count - 1;
  return plotPage({
    title: page.title,
    subtitle: page.subtitle,
    controls: controls(points.labelled ? points.classes.styles : [], lastRow),
    panels: `<div class="panel"><div class="plot" id="plot" role="img" aria-label="${escapeHtml(page.title)}"></div></div>`,
    after: card(points.neighbours.k),
    note: page.note,
    data: {
      ...encodePoints(points, positions, dims),
      marker: markerFor(count, dims, points.classes.styles),
      ...page.data,
    },
    scripts: [
      decodeScript,
      themeScript,
      pointArraysScript,
      picturesScript,
      hoverCardScript,
      page.layoutScript,
      pointsScript,
    ],
    plotly: page.plotly,
  });
}

/** The script that unpacks the arrays of `encodePoints`; `rowNumber(index)` is the row of the data set that a point is of, `indexOfRow(row)` the point, or -1. */
const pointArraysScript = `
const positions = decode(data.positions, Float32Array);
const classOf = decode(data.classOf, Uint16Array);
const neighbourOf = decode(data.neighbours.indices, Uint32Array);
const similarityOf = decode(data.neighbours.similarities, Float32Array);
const rowNumbers = data.rows === null ? Uint32Array.from(classOf.keys()) : decode(data.rows, Uint32Array);
const rowNumber = (index) => rowNumbers[index];
const indexOfRow = (row) => rowNumbers.indexOf(row);
`;

/** From so many classes on they can be looked for by name. */
const many = 20;

function controls(styles: readonly ClassStyle[], lastRow: number): string {
  const chips = styles.map(
    ({ name, count: rows, colour, symbol }, index) =>
      `<li><button type="button" data-class="${index}" aria-pressed="true" style="--class: ${colour}" title="Click hides or shows it, shift-click or double-click shows it alone">${markerIcon(symbol)}<span class="class-name">${escapeHtml(name)}</span> <small>${rows.toLocaleString("en")}</small></button></li>`,
  );
  const search =
    styles.length > many
      ? `<input id="find-class" type="search" aria-label="find a class" placeholder="find among ${styles.length} classes">`
      : "";
  const legend = `${search}<ul id="legend" aria-label="classes">${chips.join("")}<li><button type="button" id="every-class" disabled>all</button></li></ul>`;
  return `<div class="controls">
${styles.length > 0 ? legend : ""}
<form id="find"><label for="row">row</label><input id="row" name="row" type="number" min="0" max="${lastRow}" placeholder="0 to ${lastRow}"><button>show</button></form>
</div>`;
}

/** A marker as SVG, for a legend. */
export function markerIcon(symbol: MarkerSymbol): string {
  const shapes: Readonly<Record<MarkerSymbol, string>> = {
    circle: '<circle cx="6" cy="6" r="5"/>',
    diamond: '<path d="M6 0 12 6 6 12 0 6z"/>',
    square: '<path d="M1 1h10v10H1z"/>',
    cross: '<path d="M4 1h4v3h3v4H8v3H4V8H1V4h3z"/>',
    x: '<path d="M3 1l3 3 3-3 2 2-3 3 3 3-2 2-3-3-3 3-2-2 3-3-3-3z"/>',
  };
  return `<svg viewBox="0 0 12 12" aria-hidden="true">${shapes[symbol]}</svg>`;
}

function card(k: number): string {
  const caption = k === 1 ? "its nearest neighbour" : `its ${k} nearest neighbours`;
  return `<div id="card" hidden>
<button type="button" class="card-close" aria-label="close">×</button>
<div class="card-head"><canvas class="card-picture"></canvas><div><p class="card-title"></p><p class="card-row"></p><p class="card-hint">click to pin</p></div></div>
<p class="card-caption">${caption} by cosine</p>
<ul class="card-neighbours"></ul>
</div>`;
}
