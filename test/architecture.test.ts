import { globSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { violations } from "./architecture/check.ts";
import { readSource } from "./architecture/readSource.ts";
import { mostLines, rooms } from "./architecture/rooms.ts";

const root = new URL("..", import.meta.url);

describe("the house", () => {
  const paths = globSync(["src/**/*.ts", "web/src/**/*.{ts,svelte}"], { cwd: root })
    .map((path) => path.replaceAll("\\", "/"))
    .filter((path) => !/\.(test|fixture)\.ts$/.test(path));
  const files = paths.map((path) => readSource(path, readFileSync(new URL(path, root), "utf8")));

  it("is read: entries, the lowest room and its many importers, components of the page", () => {
    expect(paths).toContain("src/index.ts");
    expect(paths).toContain("web/src/map/MapView.svelte");
    expect(files.filter(({ imports }) => imports.includes("../base/index.ts")).length).toBeGreaterThan(20);
  });

  it("keeps every rule", () => {
    expect(violations(files)).toEqual([]);
  });

  it("has an order in which every room imports only earlier ones", () => {
    const order = Object.keys(rooms);
    const upward = order.flatMap((room, index) =>
      rooms[room]!.filter((lower) => lower !== room && !order.slice(0, index).includes(lower)),
    );
    expect(upward).toEqual([]);
  });
});

describe("the checker", () => {
  const check = (sources: Readonly<Record<string, string>>): string[] =>
    violations(Object.entries(sources).map(([path, text]) => readSource(path, text)));

  it("lets an import of a lower room pass", () => {
    expect(
      check({ "src/ops/a.ts": 'import { x } from "../graph/index.ts";', "src/graph/index.ts": "" }),
    ).toEqual([]);
  });

  it.each([
    ["an import", 'import { x } from "../train/b.ts";'],
    ["an import of a type", 'import type { X } from "../train/b.ts";'],
    ["an import for its effect", 'import "../train/b.ts";'],
    ["a re-export", 'export { x } from "../train/b.ts";'],
    ["a re-export of all", 'export * from "../train/b.ts";'],
    ["a dynamic import", 'await import("../train/b.ts");'],
    ["a type by import()", 'type B = import("../train/b.ts").B;'],
    ["a type of a whole module", 'type B = typeof import("../train/b.ts");'],
  ])("refuses %s of a higher room", (_, text) => {
    expect(check({ "src/ops/a.ts": text, "src/train/b.ts": "" })).toEqual([
      "src/ops/a.ts: imports src/train/b.ts, but ops may import base, graph",
    ]);
  });

  it("refuses rooms beside each other", () => {
    expect(check({ "src/nn/a.ts": 'import "../losses/index.ts";' })).toEqual([
      "src/nn/a.ts: imports src/losses/index.ts, but nn may import base, graph, ops",
    ]);
  });

  it("does not take comments and strings for imports", () => {
    const text = '// import "../train/b.ts";\nexport const text = \'import "../train/b.ts"\';';
    expect(check({ "src/ops/a.ts": text })).toEqual([]);
  });

  it("refuses packages outside their rooms", () => {
    const text =
      'import "node:fs";\nimport "path";\nimport * as ort from "onnxruntime-web";\nimport "@napi-rs/canvas";';
    expect(check({ "src/data/a.ts": text })).toEqual([
      "src/data/a.ts: imports node:fs, which only platform/node, server, cli may",
      "src/data/a.ts: imports path, which only platform/node, server, cli may",
      "src/data/a.ts: imports onnxruntime-web, which only platform/node, platform/web, web/browser, web/query may",
      "src/data/a.ts: imports @napi-rs/canvas, which only platform/node may",
    ]);
    expect(check({ "src/platform/node/a.ts": text })).toEqual([]);
  });

  it("finds a cycle between files of one room", () => {
    const sources = {
      "src/ops/a.ts": 'import "./b.ts";',
      "src/ops/b.ts": 'import "./c.ts";',
      "src/ops/c.ts": 'import type { A } from "./b.ts";',
    };
    expect(check(sources)).toEqual(["cycle: src/ops/b.ts -> src/ops/c.ts -> src/ops/b.ts"]);
  });

  it("refuses Math.random however it is written, long files, empty names and rooms that it does not know", () => {
    expect(check({ "src/data/a.ts": "export const x = Math.random();" })).toHaveLength(1);
    expect(check({ "src/data/a.ts": 'export const x = Math["random"]();' })).toHaveLength(1);
    expect(check({ "src/data/a.ts": "//\n".repeat(mostLines + 1) })).toHaveLength(1);
    expect(check({ "src/data/a.ts": "//\n".repeat(mostLines) })).toEqual([]);
    expect(check({ "src/data/utils/a.ts": "" })).toHaveLength(1);
    expect(check({ "src/data/utils.ts": "" })).toHaveLength(1);
    expect(check({ "src/attic/a.ts": "" })).toHaveLength(1);
  });

  it("refuses imports from outside src, and the page's from outside its own", () => {
    expect(check({ "src/data/a.ts": 'import "../../test/golden/kernelCases.ts";' })).toHaveLength(1);
    expect(check({ "web/src/map/a.ts": 'import "../../../src/base/index.ts";' })).toEqual([
      "web/src/map/a.ts: imports src/base/index.ts, which is outside web/src",
    ]);
  });

  it("holds the page's components to the same rules", () => {
    const component = (name: string): string =>
      `<script lang="ts">\nimport Other from "${name}";\n</script>\n<Other text="import './c.ts'" />`;
    expect(check({ "web/src/map/A.svelte": component("../space/Space.svelte") })).toEqual([
      "web/src/map/A.svelte: imports web/src/space/Space.svelte, but web/map may import web/words, web/parts, web/session",
    ]);
    expect(
      check({
        "web/src/map/A.svelte": component("./b.ts"),
        "web/src/map/b.ts": 'import type A from "./A.svelte";',
      }),
    ).toEqual(["cycle: web/src/map/A.svelte -> web/src/map/b.ts -> web/src/map/A.svelte"]);
  });
});
