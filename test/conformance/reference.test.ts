import { referenceRuntime } from "../../src/runtime/index.ts";
import { conformanceSuite } from "./suite.ts";

conformanceSuite("reference", async () => referenceRuntime());
