import type { Plugin } from "vite";
import { loadDataset } from "../src/platform/node/datasets/datasets.ts";
import { encodeDataset } from "../src/platform/web/datasetFormat.ts";
import { pagePolicy } from "../src/workspace/pagePolicy.ts";

/** What a server is to send with every file; Netlify's and Cloudflare Pages' form. See docs/static-site.md. */
const headers = `/*
  Cross-Origin-Opener-Policy: same-origin
  Cross-Origin-Embedder-Policy: require-corp
  Cross-Origin-Resource-Policy: same-origin
  X-Content-Type-Options: nosniff
  Referrer-Policy: no-referrer
  Content-Security-Policy: ${pagePolicy}
/assets/*
  Cache-Control: public, max-age=31536000, immutable
`;

/** Puts the data set and the headers beside the page of the static site. */
export async function staticSite(): Promise<Plugin> {
  const mnist = await encodeDataset(await loadDataset("mnist"));
  return {
    name: "kindred static site",
    config: () => ({
      define: { __MNIST_MEGABYTES__: JSON.stringify((mnist.length / 1e6).toFixed(1)) },
    }),
    generateBundle() {
      this.emitFile({ type: "asset", fileName: "data/mnist.kindred", source: mnist });
      this.emitFile({ type: "asset", fileName: "_headers", source: headers });
      // GitHub Pages leaves out files whose names begin with an underscore, unless it finds this one.
      this.emitFile({ type: "asset", fileName: ".nojekyll", source: "" });
    },
  };
}
