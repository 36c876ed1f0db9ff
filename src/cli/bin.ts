#!/usr/bin/env node
import { availableParallelism } from "node:os";

// Pictures are decoded on libuv's threads, which are four unless this is set before the first of them begins.
process.env.UV_THREADPOOL_SIZE ??= String(Math.max(4, availableParallelism()));
const { main } = await import("./program.ts");

process.exitCode = await main(process.argv, process);
