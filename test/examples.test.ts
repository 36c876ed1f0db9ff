import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { checkout, requireFreshBuild } from "./package/built.ts";

const read = (path: string): string => readFileSync(join(checkout, path), "utf8");

/** What an example prints. It imports "kindred", as a user's program does, so it runs on what was built. */
async function runExample(name: string): Promise<string> {
  requireFreshBuild();
  const { stdout } = await promisify(execFile)(process.execPath, [join("examples", name)], { cwd: checkout });
  return stdout;
}

describe("examples/lesson.ts", () => {
  it("is the snippet of the README, word for word, and about 15 lines long", () => {
    const code = read("examples/lesson.ts");
    const snippets = [...read("README.md").matchAll(/^```ts\n(.*?)^```$/gms)].map(([, text]) => text);
    expect(snippets).toContain(code);
    expect(code.trim().split("\n").length).toBeLessThanOrEqual(16);
  });

  it("learns the digits from 5,000 of them in two epochs", async () => {
    const accuracy = /^1-NN accuracy on validation: (0\.\d+)\n$/.exec(await runExample("lesson.ts"));
    // On the same pictures an untrained encoder of the same seed reaches 0.911.
    expect(Number(accuracy?.[1])).toBeGreaterThan(0.93);
  });
});

describe("examples/similar.ts", () => {
  it("finds the same digit among pictures that its encoder has not seen", async () => {
    const share = /^most similar picture shows the same digit: (0\.\d+)\n$/.exec(
      await runExample("similar.ts"),
    );
    // It reached 0.965 among a thousand by lot. MNIST's first test pictures are easier: 400 of them gave 0.985.
    expect(Number(share?.[1])).toBeGreaterThan(0.95);
  });
});
