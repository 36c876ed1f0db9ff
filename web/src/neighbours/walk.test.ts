import { describe, expect, it } from "vitest";
import { longestWalk, walkBackTo, walkFrom, walkTo } from "./walk.ts";

describe("a walk", () => {
  const walk = walkTo(walkTo(walkFrom(3), 7), 5);

  it("grows by steps, and stays where it is", () => {
    expect(walk).toEqual({ rows: [3, 7, 5], at: 2 });
    expect(walkTo(walk, 5)).toBe(walk);
  });

  it("goes back and forward within itself", () => {
    expect(walkBackTo(walk, 1)).toEqual({ rows: [3, 7, 5], at: 1 });
    expect(walkBackTo(walk, -1).at).toBe(0);
    expect(walkBackTo(walk, 9).at).toBe(2);
  });

  it("forgets what lay ahead when it takes another way", () => {
    expect(walkTo(walkBackTo(walk, 1), 9)).toEqual({ rows: [3, 7, 9], at: 2 });
  });

  it("keeps only its last rows", () => {
    let long = walkFrom(0);
    for (let row = 1; row <= longestWalk; row++) long = walkTo(long, row);
    expect(long.rows).toHaveLength(longestWalk);
    expect(long.rows[0]).toBe(1);
    expect(long.rows[long.at]).toBe(longestWalk);
  });
});
