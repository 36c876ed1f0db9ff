import type { Locator, Page } from "playwright-core";
import { expect, it } from "vitest";
import { asked, messageOf, messagesOf } from "../server/explorer.fixture.ts";
import { type Explored, keepPicture, open, patience, shownText } from "./explored.ts";
import { rowOf } from "./rowOf.ts";
import { clickPoint } from "./spaceMap.ts";

/** All that the server knows of the pictures at the newest checkpoint. */
interface Known {
  readonly labels: Int32Array;
  /** `[count, dim]`, rows of unit length */
  readonly embeddings: Float32Array;
  readonly dim: number;
}

/** From a point of the map to its neighbours, and on from one to the next. */
export function neighboursSuite(explored: Explored): void {
  it("clicks a point and finds its twelve nearest, as brute force does", async () => {
    const { page, server } = explored;
    await open(page, "Space");
    await page.getByRole("application", { name: /UMAP in two dimensions/ }).waitFor();
    const row = await clickPoint(page, server.url, 1234);
    await page
      .getByRole("region", { name: "Selected picture" })
      .getByRole("button", { name: "Neighbours" })
      .click();
    const known = await everything(server.url);
    await expectNeighbours(page, row, known);
    await keepPicture(page, "neighbours");

    // One that has neighbours of another class, so that there is something to mark.
    const mixed = firstMixed(known);
    await page.getByPlaceholder("Number").fill(String(mixed));
    await page.getByRole("button", { name: "Go" }).click();
    await expectNeighbours(page, mixed, known);
    expect(await tiles(page, mixed).getByText("other class").count()).toBeGreaterThan(0);
  });

  it("walks on to a neighbour, and back", async () => {
    const { page } = explored;
    const walk = page.getByRole("navigation", { name: "The walk so far" });
    const from = await pickedRow(page);
    const second = tiles(page, from).nth(2);
    const to = rowOf(await shownText(second));
    await second.getByRole("button").click();
    await tiles(page, to).first().waitFor();
    expect(await walk.getByRole("listitem").count()).toBe(2);
    await page.keyboard.press("Backspace");
    await tiles(page, from).first().waitFor();
  });

  it("shows the hardest pairs of the whole set", async () => {
    const { page, server } = explored;
    const { labels } = await everything(server.url);
    for (const [title, alike] of [
      ["The hardest positives", true],
      ["The nearest negatives", false],
    ] as const) {
      const list = page.locator("section", { has: page.getByRole("heading", { name: title }) }).last();
      const pictures = list.getByRole("button", { name: /^Open picture/ });
      await expect.poll(() => pictures.count(), { timeout: patience }).toBeGreaterThanOrEqual(2);
      const names = await pictures.evaluateAll((all) => all.map((each) => each.textContent ?? ""));
      for (let i = 0; i < names.length; i += 2) {
        const [first, second] = [rowOf(names[i]!), rowOf(names[i + 1]!)];
        expect(labels[first] === labels[second]).toBe(alike);
      }
    }
    await keepPicture(page, "neighbours-pairs");
    expect(explored.faults).toEqual([]);
  });
}

async function expectNeighbours(page: Page, row: number, known: Known): Promise<void> {
  const shown = tiles(page, row);
  await expect.poll(() => shown.count(), { timeout: patience }).toBe(12);
  const { labels } = known;
  const similarity = similaritiesTo(row, known);
  const nearest = similarity.toSorted().reverse();
  for (const [i, text] of (await shown.allInnerTexts()).entries()) {
    const other = rowOf(text);
    expect(other).not.toBe(row);
    // By similarity, so that ties may be broken either way.
    expect(similarity[other]).toBeCloseTo(nearest[i]!, 5);
    expect(Number(/(\d\.\d{4})/.exec(text)?.[1])).toBeCloseTo(nearest[i]!, 3);
    expect(text.includes("other class")).toBe(labels[other] !== labels[row]);
  }
}

/** Cosine similarity of a row to all, that to itself below any. */
function similaritiesTo(row: number, { embeddings, dim }: Known): Float32Array {
  const own = embeddings.subarray(row * dim, (row + 1) * dim);
  return Float32Array.from({ length: embeddings.length / dim }, (_, other) => {
    if (other === row) return -2;
    let sum = 0;
    for (let i = 0; i < dim; i++) sum += own[i]! * embeddings[other * dim + i]!;
    return sum;
  });
}

/** The first row whose nearest other one is of another class. */
function firstMixed(known: Known): number {
  const { labels } = known;
  for (let row = 0; row < labels.length; row++) {
    const similarity = similaritiesTo(row, known);
    if (labels[similarity.indexOf(Math.max(...similarity))] !== labels[row]) return row;
  }
  throw new Error("the nearest picture of each is of its class");
}

async function everything(url: string): Promise<Known> {
  const space = await messagesOf(await asked(url, "api/space"));
  const { head, arrays } = await messageOf(await asked(url, "api/embeddings"));
  const labels = space.find(({ head: { type } }) => type === "points")?.arrays.labels as Int32Array;
  const { dim } = head as typeof head & { readonly dim: number };
  return { labels, embeddings: arrays.embeddings as Float32Array, dim };
}

function tiles(page: Page, row: number): Locator {
  return page
    .getByRole("list", { name: `Nearest neighbours of picture ${row}`, exact: true })
    .getByRole("listitem");
}

async function pickedRow(page: Page): Promise<number> {
  return rowOf(await shownText(page.getByRole("region", { name: "The picked picture" })));
}
