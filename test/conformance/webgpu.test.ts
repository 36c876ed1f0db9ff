import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { noSwiftshader, swiftshaderEnvironment } from "./swiftshader.ts";

interface Report {
  readonly numPassedTests: number;
  readonly testResults: readonly {
    readonly message: string;
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly status: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

const root = join(import.meta.dirname, "..", "..");

/**
 * `webgpuSuite.ts` in a process of its own: only there does the dynamic loader find the driver, and the other tests do
 * not run on it unasked.
 */
async function runSuite(): Promise<Report> {
  const folder = mkdtempSync(join(tmpdir(), "kindred-webgpu-"));
  const file = join(folder, "report.json");
  const vitest = join(root, "node_modules", "vitest", "vitest.mjs");
  const config = "test/conformance/webgpu.config.ts";
  const child = spawn(
    process.execPath,
    [vitest, "run", "--config", config, "--reporter=json", `--outputFile=${file}`],
    { cwd: root, env: { ...process.env, ...swiftshaderEnvironment() }, stdio: ["ignore", "ignore", "pipe"] },
  );
  let errors = "";
  child.stderr.on("data", (text) => {
    errors += text;
  });
  await once(child, "close");
  try {
    if (!existsSync(file)) throw new Error(`the process on WebGPU left no report: ${errors.slice(-2000)}`);
    return JSON.parse(readFileSync(file, "utf8")) as Report;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe("WebGPU on a software Vulkan driver", () => {
  const title = "passes the conformance suite and trains a step as the CPU does";
  it.skipIf(noSwiftshader !== null)(
    noSwiftshader ? `${title} (skipped: ${noSwiftshader})` : title,
    async () => {
      const { testResults, numPassedTests } = await runSuite();
      const failures = testResults.flatMap(({ message, assertionResults }) => [
        ...(message === "" ? [] : [message]),
        ...assertionResults
          .filter(({ status }) => status === "failed")
          .map(({ fullName, failureMessages }) => `${fullName}: ${failureMessages[0]?.split("\n")[0]}`),
      ]);
      expect(failures).toEqual([]);
      expect(numPassedTests).toBeGreaterThan(200);
    },
    600_000,
  );
});
