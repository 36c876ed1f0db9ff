import { nodeRuntime } from "../../src/platform/node/devices.ts";
import { conformanceSuite } from "./suite.ts";

conformanceSuite("node cpu", () => nodeRuntime({ device: "cpu", threads: 2 }));
