import { nodeRuntime } from "../../src/platform/node/ort/devices.ts";
import { stepSuite } from "../parity/stepSuite.ts";
import { conformanceSuite } from "./suite.ts";
import { webgpuSkips } from "./webgpuSkips.ts";

const makeRuntime = () => nodeRuntime({ device: "webgpu" });

conformanceSuite("node webgpu", makeRuntime, webgpuSkips);
stepSuite(() => nodeRuntime({ device: "cpu" }), makeRuntime, 8);
