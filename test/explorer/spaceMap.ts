import type { Page } from "playwright-core";
import { styleClasses } from "../../src/report/classStyles.ts";
import { fitZoom } from "../../web/src/map/camera.ts";
import { framed, frameOf } from "../../web/src/map/frame.ts";
import { asked, messagesOf } from "../server/explorer.fixture.ts";
import { type Painted, painted } from "./canvasInk.ts";
import { shownText } from "./explored.ts";
import { rowOf } from "./rowOf.ts";

/** The map as it is painted, without what lies over the points. */
export async function barePicture(page: Page): Promise<Painted> {
  await page.evaluate(() => {
    if (document.querySelector("#bare")) return;
    const style = document.createElement("style");
    style.id = "bare";
    document.head.append(style);
  });
  const hide = (hidden: boolean): Promise<void> =>
    page.evaluate((on) => {
      const style = document.querySelector("#bare");
      if (style)
        style.textContent = on
          ? ".map .texts, .map svg, .map .controls, .map .hover { visibility: hidden }"
          : "";
    }, hidden);
  await hide(true);
  const picture = await painted(page.locator(".map canvas"));
  await hide(false);
  return picture;
}

/** Where the points of the newest checkpoint are to be when all is shown, in whole pixels. */
export async function expectedPixels(
  url: string,
  { width, height }: Pick<Painted, "width" | "height">,
): Promise<(readonly [number, number])[]> {
  const messages = await messagesOf(await asked(url, "api/space"));
  const umap = messages.find(({ head }) => head.type === "umap")?.arrays.umap as Float32Array;
  const count = umap.length / 2;
  const places = framed(umap, 2, count, frameOf(umap, 2, count));
  const scale = 2 ** fitZoom(width, height, 2);
  return Array.from({ length: count }, (_, row) => [
    Math.floor(width / 2 + places[3 * row]! * scale),
    Math.floor(height / 2 - places[3 * row + 1]! * scale),
  ]);
}

/** The colours of the classes on light ground, and the place in them of each row's class. */
export async function classColours(
  url: string,
): Promise<{ readonly palette: readonly (readonly number[])[]; readonly of: Uint16Array }> {
  const messages = await messagesOf(await asked(url, "api/space"));
  const labels = messages.find(({ head }) => head.type === "points")?.arrays.labels as Int32Array;
  const { styles, of } = styleClasses(labels, "light");
  return {
    palette: styles.map(({ colour }) => [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16))),
    of,
  };
}

/** Clicks where a row's point is, with all in view, and says which was picked: that or one that lies over it. */
export async function clickPoint(page: Page, url: string, row: number): Promise<number> {
  const box = (await page.locator(".map canvas").boundingBox())!;
  const places = await expectedPixels(url, box);
  const [x, y] = places[row]!;
  await page.mouse.click(box.x + x, box.y + y);
  const card = page.getByRole("region", { name: "Selected picture" });
  await card.waitFor();
  const picked = rowOf(await shownText(card));
  const [pickedX, pickedY] = places[picked]!;
  const miss = Math.hypot(pickedX - x, pickedY - y);
  if (!(miss < 8)) throw new Error(`picture ${picked} was picked, which lies ${miss} pixels away`);
  return picked;
}
