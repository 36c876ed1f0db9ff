/** Rows joined into groups: a forest in which each row points towards the first of its group. */
export class DisjointRows {
  readonly #parent: Uint32Array;

  constructor(count: number) {
    this.#parent = Uint32Array.from({ length: count }, (_, row) => row);
  }

  join(a: number, b: number): void {
    const [first, second] = [this.#root(a), this.#root(b)];
    this.#parent[Math.max(first, second)] = Math.min(first, second);
  }

  together(a: number, b: number): boolean {
    return this.#root(a) === this.#root(b);
  }

  /** The groups of two or more, by their first row, each ascending. */
  groups(): number[][] {
    const groups = new Map<number, number[]>();
    for (let row = 0; row < this.#parent.length; row++) {
      const root = this.#root(row);
      if (root === row) continue;
      const group = groups.get(root);
      if (group) group.push(row);
      else groups.set(root, [root, row]);
    }
    return [...groups.values()].sort((a, b) => a[0]! - b[0]!);
  }

  #root(row: number): number {
    const parent = this.#parent;
    let at = row;
    while (parent[at] !== at) {
      parent[at] = parent[parent[at]!]!;
      at = parent[at]!;
    }
    return at;
  }
}
