/** Embeddings that are kept in memory, about 11 MB each for 42,000 pictures. */
const most = 3;

/** The embeddings used last, so that looking at one checkpoint after the other embeds each only once. */
export class RecentEmbeddings {
  readonly #kept = new Map<string, Float32Array>();

  async get(key: string, make: () => Promise<Float32Array>): Promise<Float32Array> {
    const embeddings = this.#kept.get(key) ?? (await make());
    // Put behind the others: the first one goes.
    this.#kept.delete(key);
    this.#kept.set(key, embeddings);
    for (const oldest of [...this.#kept.keys()].slice(0, -most)) this.#kept.delete(oldest);
    return embeddings;
  }

  has(key: string): boolean {
    return this.#kept.has(key);
  }
}
