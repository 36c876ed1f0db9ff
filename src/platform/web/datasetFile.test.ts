import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gunzipSync, gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AbortedError, InputError, Rng } from "../../base/index.ts";
import type { ImageDataset } from "../../modality/image/index.ts";
import { loadDatasetFile } from "./datasetFile.ts";
import { encodeDataset } from "./datasetFormat.ts";

const rng = Rng.of(0, "data set file");
const dataset: ImageDataset = {
  name: "blots",
  count: 40,
  channels: 3,
  height: 5,
  width: 7,
  labels: Int32Array.from({ length: 40 }, (_, row) => (row === 3 ? 70_000 : row % 4)),
  pixels: Uint8Array.from({ length: 40 * 105 }, () => Math.floor(rng.uniform(0, 256))),
};

let answer: (response: ServerResponse) => void;
let server: Server;
let url: string;
let file: Uint8Array<ArrayBuffer>;
beforeAll(async () => {
  file = await encodeDataset(dataset);
  server = createServer((_, response) => answer(response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/blots.kindred`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

function served(bytes: Uint8Array): Promise<ImageDataset> {
  answer = (response) => response.setHeader("Content-Length", bytes.length).end(bytes);
  return loadDatasetFile(url);
}

/** The file with its plain bytes changed and packed again. */
function changed(change: (plain: Uint8Array) => Uint8Array): Uint8Array {
  return gzipSync(change(new Uint8Array(gunzipSync(file))));
}

async function refusal(loading: Promise<unknown>): Promise<string> {
  const error = await loading.catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(InputError);
  const { message } = error as InputError;
  expect(message).not.toContain("\n");
  return message;
}

describe("a data set file", () => {
  it("gives back the data set, and tells how much has arrived", async () => {
    expect(await served(file)).toEqual(dataset);
    const seen: [number, number | null][] = [];
    await loadDatasetFile(url, { onProgress: (read, total) => seen.push([read, total]) });
    expect(seen.at(-1)).toEqual([file.length, file.length]);
  });

  it("is read too where the server has the browser undo gzip", async () => {
    answer = (response) =>
      response.setHeader("Content-Encoding", "gzip").setHeader("Content-Length", file.length).end(file);
    const totals = new Set<number | null>();
    expect(await loadDatasetFile(url, { onProgress: (_, total) => totals.add(total) })).toEqual(dataset);
    expect(totals).toEqual(new Set([null]));
  });

  it("that is not there is named with the server's answer", async () => {
    answer = (response) => response.writeHead(404).end();
    expect(await refusal(loadDatasetFile(url))).toBe(
      `the data set ${url} was answered with 404 Not Found, expected the file: is it served there?`,
    );
  });

  it("that is another file is told by how it begins", async () => {
    expect(await refusal(served(new TextEncoder().encode("<!doctype html>")))).toBe(
      `${url} begins with "<!doctyp", expected "kindred1": it is no data set file of Kindred`,
    );
    expect(await refusal(served(gzipSync("a,b\n1,2\n")))).toContain('begins with "a,b\\n1,2\\n"');
    expect(await refusal(served(new Uint8Array()))).toContain('begins with ""');
  });

  it("that is cut off is told, in its gzip or under it", async () => {
    for (const length of [3, 40, file.length - 5]) {
      expect(await refusal(served(file.slice(0, length)))).toContain("damaged or cut off");
    }
    expect(await refusal(served(changed((plain) => plain.subarray(0, 10))))).toContain(
      "ends after 10 bytes, within its header",
    );
    expect(await refusal(served(changed((plain) => plain.subarray(0, 60))))).toContain(
      "ends after 60 bytes, within its header",
    );
    expect(await refusal(served(changed((plain) => plain.subarray(0, plain.length - 1))))).toContain(
      "holds 4359 bytes of labels and pixels, expected 4360 for 40 pictures of 105 bytes",
    );
  });

  it("with one changed byte is refused by its checksum", async () => {
    for (const place of [-1, -4300]) {
      const bytes = changed((plain) => plain.with(plain.length + place, plain.at(place)! ^ 1));
      expect(await refusal(served(bytes))).toMatch(/has the SHA-256 [0-9a-f]{64}, its header says/);
    }
    expect(await refusal(served(changed((plain) => plain.with(12, 0))))).toContain("has no readable header");
  });

  it("whose connection breaks, or that is not wanted any more, says so", async () => {
    answer = (response) => {
      response.setHeader("Content-Length", file.length).write(file.slice(0, 100));
      setTimeout(() => response.destroy(), 20);
    };
    expect(await refusal(loadDatasetFile(url))).toContain("did not arrive whole");
    const stop = new AbortController();
    answer = (response) => {
      response.setHeader("Content-Length", file.length).write(file.slice(0, 100));
      stop.abort();
    };
    await expect(loadDatasetFile(url, { signal: stop.signal })).rejects.toThrow(AbortedError);
  });
});
