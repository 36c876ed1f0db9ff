import { expect, it } from "vitest";
import { lessonSteps } from "../../web/src/lesson/lessonSteps.ts";
import { type Explored, keepPicture, open, patience } from "./explored.ts";

/** The eight steps of the lesson. */
export function lessonSuite(explored: Explored): void {
  it("goes through eight steps, by its button and by the keyboard", async () => {
    const { page } = explored;
    await open(page, "Lesson");
    for (const [i, title] of lessonSteps.entries()) {
      await page.getByRole("heading", { level: 1, name: title, exact: true }).waitFor();
      expect(new URL(page.url()).hash).toBe(`#lesson/${i + 1}`);
      const thing = page.getByRole("region", { name: title, exact: true });
      await expect
        .poll(async () => (await thing.locator("canvas, svg, table, dl").count()) > 0, { timeout: patience })
        .toBe(true);
      await expect.poll(() => thing.getByText("could not be loaded").count(), { timeout: patience }).toBe(0);
      await keepPicture(page, `lesson-${i + 1}`);
      if (i + 1 < lessonSteps.length) await page.getByRole("button", { name: /^Next: / }).click();
    }
    await page.keyboard.press("ArrowLeft");
    await page.getByRole("heading", { level: 1, name: lessonSteps[6], exact: true }).waitFor();
    await page.getByRole("button", { name: "Previous" }).click();
    await page.getByRole("heading", { level: 1, name: lessonSteps[5], exact: true }).waitFor();
  });

  it("opens at the step that the address names", async () => {
    const { page, server } = explored;
    for (const step of [4, 8]) {
      await page.goto(`${server.url}#lesson/${step}`);
      await page.reload();
      await page.getByRole("heading", { level: 1, name: lessonSteps[step - 1], exact: true }).waitFor();
    }
    expect(explored.faults).toEqual([]);
  });
}
