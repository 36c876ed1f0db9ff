import { workerData } from "node:worker_threads";
import { LayoutCrew, type SharedLayout } from "./umapCrew.ts";

/** A thread that helps with a layout until it is done. */
const crew = new LayoutCrew(workerData as SharedLayout);
try {
  crew.run();
} catch (error) {
  crew.fail();
  throw error;
}
