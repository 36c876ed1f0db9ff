import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { seriousFaults } from "./axe.ts";
import { type Explored, keepPicture, open } from "./explored.ts";

/** The server goes away under the page. */
export function goneSuite(explored: Explored): void {
  it("says that the server is gone, and goes on when it is back", async () => {
    const { page, server, folder } = explored;
    await open(page, "Train");
    await server.kill();
    const banner = page.getByText("The server does not answer.");
    await banner.waitFor();
    await page.getByText("Nothing can be started while the line is broken.").waitFor();
    expect(await page.getByRole("button", { name: "Start training" }).isDisabled()).toBe(true);
    expect(await seriousFaults(page)).toEqual([]);
    await keepPicture(page, "gone");
    const runs = await readdir(join(folder, "runs"));
    await explored.restart(join(folder, "runs", runs[0]!));
    await banner.waitFor({ state: "detached" });
    await page.getByText(`Run ${runs[0]} is open`).waitFor();
    expect(await page.getByRole("button", { name: "Start training" }).isEnabled()).toBe(true);
    // All that went wrong is that nobody answered.
    expect(
      explored.faults.filter((fault) => !/ERR_CONNECTION|ERR_INCOMPLETE|ERR_EMPTY|ERR_NETWORK/.test(fault)),
    ).toEqual([]);
  });
}
