import { describe, it } from "vitest";
import { mapsAsGoodAs } from "../../src/platform/node/umap/umapQuality.fixture.ts";
import golden from "./umapClusters.json" with { type: "json" };

describe("the map of UMAP and its places for new points are as good as umap-learn's", () => {
  it("by euclidean distance", () => mapsAsGoodAs(golden.euclidean, {}));
  it("by cosine", () => mapsAsGoodAs(golden.cosine, { metric: "cosine" }));
  it("of principal components", () => mapsAsGoodAs(golden.components, { pcaDims: 8 }));
});
