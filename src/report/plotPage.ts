import { escapeHtml, scriptJson } from "./escape.ts";
import { htmlPage } from "./htmlPage.ts";

/** What a page is made of; all of it ends up in the one file. */
export interface PlotPage {
  readonly title: string;
  /** A sentence or two below the title: what is shown, of how many, after which epoch. */
  readonly subtitle: string;
  /** HTML between the subtitle and the plot, such as a legend. */
  readonly controls?: string;
  /** HTML of the panels, with `class="plot"` where Plotly draws. */
  readonly panels: string;
  /** HTML after the panels. */
  readonly after?: string;
  /** A hint below the plot. */
  readonly note?: string;
  /** What the scripts find as `data`. */
  readonly data: unknown;
  /** In the order in which they run. */
  readonly scripts: readonly string[];
  /** The source of plotly.js. */
  readonly plotly: string;
}

/**
 * Scripts and pictures come from the page itself, so the policy forbids the browser to load anything at all; Plotly's
 * WebGL code compiles functions, which needs `unsafe-eval`.
 */
const policy =
  "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'; img-src data: blob:; form-action 'none'";

/** The HTML of a page that needs no other file and no network. */
export function plotPage(page: PlotPage): string {
  // A minified library may hold "</script" in a string, where the slash may as well be escaped.
  const scripts = [page.plotly, `"use strict";\n${page.scripts.join("")}`].map(
    (source) => `<script>${source.replaceAll(/<\/(script)/gi, "<\\/$1")}</script>`,
  );
  const body = `${page.controls ?? ""}
<main>
${page.panels}
</main>
${page.note === undefined ? "" : `<p class="note">${escapeHtml(page.note)}</p>`}
${page.after ?? ""}
<script type="application/json" id="data">${scriptJson(page.data)}</script>
${scripts.join("\n")}`;
  return htmlPage({ generator: "kindred plot", policy, title: page.title, subtitle: page.subtitle, body });
}
