#!/usr/bin/env node
// Before anything that could begin a thread.
import "./threadPool.ts";
import { main } from "./program.ts";

process.exitCode = await main(process.argv, process);
