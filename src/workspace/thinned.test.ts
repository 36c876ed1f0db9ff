import { describe, expect, it } from "vitest";
import { Thinned } from "./thinned.ts";

describe("Thinned", () => {
  it.each([1, 5, 6, 7, 100, 1001])(
    "holds %i values or fewer of them, evenly, the first and the newest",
    (count) => {
      const thinned = new Thinned<number>(6);
      for (let i = 0; i < count; i++) thinned.push(i);
      const values = thinned.values();
      expect(values.length).toBeLessThanOrEqual(6);
      expect(values[0]).toBe(0);
      expect(values.at(-1)).toBe(count - 1);
      const gaps = values.slice(1, -1).map((value, i) => value - values[i]!);
      expect(new Set(gaps).size).toBeLessThanOrEqual(1);
      if (count <= 5) expect(values).toHaveLength(count);
    },
  );
});
