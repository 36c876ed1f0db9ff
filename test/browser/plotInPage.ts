import type { Page } from "playwright-core";

/** A trace as Plotly drew it. */
export interface DrawnTrace {
  readonly type: string;
  readonly name: string;
  readonly visible: unknown;
  readonly points: number;
  readonly colour: string | undefined;
}

/** The traces of a plot, in order. Written as text, since it runs in the page, whose globals are not ours. */
export function drawnTraces(page: Page, id = "plot"): Promise<DrawnTrace[]> {
  return page.evaluate(`document.getElementById("${id}")._fullData.map((trace) => ({
    type: trace.type, name: trace.name, visible: trace.visible, points: trace._input.x.length,
    colour: trace.marker && trace.marker.color,
  }))`);
}

/** Where the point of a row of the data is on the 2D page, in pixels of the window. */
export function placeOfRow(page: Page, row: number): Promise<{ x: number; y: number }> {
  return page.evaluate(`(() => {
    const plot = document.getElementById("plot");
    const box = plot.getBoundingClientRect();
    const { xaxis, yaxis } = plot._fullLayout;
    const index = indexOfRow(${row});
    return {
      x: box.left + xaxis._offset + xaxis.c2p(positions[index * 2]),
      y: box.top + yaxis._offset + yaxis.c2p(positions[index * 2 + 1]),
    };
  })()`);
}

/** What the card shows; rows are those of the data, as it names them. */
export interface ShownCard {
  readonly row: number;
  readonly label: string;
  readonly pinned: boolean;
  readonly pixels: number[];
  readonly neighbours: readonly {
    readonly row: number;
    readonly label: string;
    readonly similarity: number;
    readonly wrong: boolean;
    readonly pixels: number[];
  }[];
}

/** The card, once all its pictures are drawn; pixels are the red of each. */
export async function shownCard(page: Page): Promise<ShownCard> {
  await page.waitForSelector("#card:not([hidden])");
  await page.waitForFunction(
    `[...document.querySelectorAll("#card canvas")].every(({ dataset }) => dataset.drawn === dataset.row)`,
  );
  return page.evaluate(`(() => {
    const card = document.getElementById("card");
    const rowIn = (text) => Number(/^row ([\\d,]+)/.exec(text)[1].replaceAll(",", ""));
    const pixels = (canvas) => {
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      return Array.from({ length: data.length / 4 }, (_, i) => data[4 * i]);
    };
    return {
      row: rowIn(card.querySelector(".card-row").textContent),
      label: card.querySelector(".card-title").textContent,
      pinned: card.classList.contains("pinned"),
      pixels: pixels(card.querySelector(".card-picture")),
      neighbours: [...card.querySelectorAll(".card-neighbours button")].map((button) => ({
        row: rowIn(button.getAttribute("aria-label")),
        label: button.querySelector(".neighbour-label").textContent,
        similarity: Number(button.querySelector(".neighbour-similarity").textContent),
        wrong: button.classList.contains("wrong"),
        pixels: pixels(button.querySelector("canvas")),
      })),
    };
  })()`);
}
