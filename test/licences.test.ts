import { readFile } from "node:fs/promises";
import { beforeAll, describe, expect, it } from "vitest";

interface LockedPackage {
  readonly version: string;
  readonly license?: string;
  readonly integrity?: string;
  readonly dev?: true;
  readonly link?: true;
}

const repository = new URL("../", import.meta.url);
/** Of what `npm install kindred` brings, by name. */
let runtime: Map<string, LockedPackage>;
let locked: Map<string, LockedPackage>;

beforeAll(async () => {
  const lock = JSON.parse(await readFile(new URL("package-lock.json", repository), "utf8")) as {
    packages: Record<string, LockedPackage>;
  };
  const packages = Object.entries(lock.packages).filter(([path]) => path.includes("node_modules/"));
  const named = packages.map(
    ([path, entry]) => [path.slice(path.lastIndexOf("node_modules/") + 13), entry] as const,
  );
  locked = new Map(named.filter(([, { link }]) => !link));
  runtime = new Map([...locked].filter(([, { dev }]) => !dev));
});

/** Whose `package.json` says nothing: as their LICENSE or README has it. */
const readByHand: Readonly<Record<string, string>> = { "base-64": "MIT", "json-bignum": "MIT" };

const permissive =
  /^(MIT|Apache-2\.0|BSD-2-Clause|BSD-3-Clause|0BSD|ISC|OFL-1\.1|CC0-1\.0|\(MIT OR CC0-1\.0\)|\(Apache-2\.0 AND BSD-3-Clause\))$/;
const weakCopyleft = /LGPL-3\.0-or-later|MPL-2\.0/;

describe("licences of what Kindred installs", () => {
  it("are permissive, or LGPL or MPL of a package that the README names", async () => {
    const readme = await readFile(new URL("README.md", repository), "utf8");
    for (const [name, { license = readByHand[name] }] of runtime) {
      if (license && permissive.test(license)) continue;
      expect(license, name).toMatch(weakCopyleft);
      expect(readme, name).toContain(name.startsWith("@img/") ? "`sharp`" : `\`${name}\``);
    }
  });

  it("include no package whose binary holds GPL code under another licence's name", () => {
    // Their Linux binaries hold x264 and x265: found with `strings`.
    for (const name of ["@napi-rs/webcodecs", "node-av", "@ffmpeg/core"])
      expect(locked.has(name)).toBe(false);
  });

  it("are of packages whose bytes npm checks", () => {
    const unchecked = [...locked].filter(([, { integrity }]) => !integrity).map(([name]) => name);
    // The registry that made the lock file has no build of this version for these platforms.
    expect(unchecked.every((name) => name.startsWith("@lancedb/lancedb-"))).toBe(true);
    expect(unchecked.length).toBeLessThanOrEqual(5);
  });
});
