/**
 * Serves the explorer as `kindred view` does, with a page from wherever it was built:
 *
 *   node serve.ts <folder of the page> <port> <folder of a run, or nothing> <split> <further options as JSON>
 */
import type { ExplorerOptions } from "../../src/server/index.ts";
import { startExplorer } from "../../src/server/index.ts";
import { testToken } from "../server/explorer.fixture.ts";

const [page, port, run, split, more = "{}"] = process.argv.slice(2);
const { url } = await startExplorer({
  page,
  port: Number(port),
  ...(run === "" ? {} : { run }),
  ...(JSON.parse(more) as Pick<ExplorerOptions, "data" | "index">),
  token: testToken,
  split: split as ExplorerOptions["split"],
});
process.stdout.write(`${url}\n`);
