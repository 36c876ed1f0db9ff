import { syncBuiltinESMExports } from "node:module";
import os from "node:os";

/**
 * Two files are tested at a time, on two processors: each computes on one thread unless a test names more. The threads of
 * ONNX Runtime spin while they wait for each other, which costs half as much again, and far more on a busy machine.
 */
os.availableParallelism = () => 1;
syncBuiltinESMExports();
