/** Prints the points of which `umapClusters.py` makes umap-learn's map. */
import { clusters } from "../../src/platform/node/umap/umapClusters.fixture.ts";

const plan = { seed: 11, count: 1000, dim: 16, classes: 8, apart: 1.2 };
// Those beyond the plan's count are new to the map.
const { points, labels } = clusters({ ...plan, count: plan.count + 1000 });
process.stdout.write(JSON.stringify({ clusters: plan, labels: [...labels], points: [...points] }));
