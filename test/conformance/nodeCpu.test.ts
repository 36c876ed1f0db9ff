import { nodeRuntime } from "../../src/platform/node/ort/devices.ts";
import { conformanceSuite } from "./suite.ts";

conformanceSuite("node cpu", () => nodeRuntime({ device: "cpu", threads: 2 }));
