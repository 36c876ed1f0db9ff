import { type ImageDataset, InputError } from "kindred";
import { loadDatasetFile } from "kindred/web";
import type { Hello } from "kindred/workspace";

/** A data set that the site serves beside its page. */
export type SiteDataset = Hello["datasets"][number] & { readonly file: string; readonly count: number };

export const siteDatasets = [
  {
    name: "mnist",
    title: "MNIST, 42,000 digits",
    about: `Handwritten digits. ${__MNIST_MEGABYTES__} MB are fetched when the first training starts; 10,000 pictures then take about a minute.`,
    count: 42_000,
    labelled: true,
    classNames: null,
    file: "data/mnist.kindred",
  },
] as const satisfies readonly [SiteDataset, ...SiteDataset[]];

/** The site's data sets, each fetched when it is first needed and then kept in memory. */
export class SiteData {
  readonly #site: string;
  readonly #loading = new Map<string, Promise<ImageDataset>>();

  /** @param site the page's address, which data sets lie beside */
  constructor(site: string) {
    this.#site = site;
  }

  /**
   * @param onPart the part that has arrived, 0 to 1, for whoever asks first
   * @throws InputError when there is none of that name, or it does not arrive whole.
   */
  async load(name: string, onPart?: (part: number) => void): Promise<ImageDataset> {
    const dataset = siteDatasets.find((known) => known.name === name);
    if (!dataset)
      throw new InputError(`data: received ${JSON.stringify(name)}, which this site does not have`);
    let loading = this.#loading.get(name);
    if (!loading) {
      loading = this.#fetch(dataset, onPart);
      this.#loading.set(name, loading);
      // So that it can be asked for again.
      loading.catch(() => this.#loading.delete(name));
    }
    return loading;
  }

  #fetch({ file }: SiteDataset, onPart?: (part: number) => void): Promise<ImageDataset> {
    return loadDatasetFile(new URL(file, this.#site), {
      onProgress: (read, total) => onPart?.(total === null ? 0 : read / total),
    });
  }
}
