import { describe, expect, it } from "vitest";
import { AbortedError } from "./errors.ts";
import { Pacer } from "./pacer.ts";

describe("Pacer", () => {
  it("lets a timer that is due run during a pause, and is then not due", async () => {
    const pacer = new Pacer();
    while (!pacer.due());
    let ran = false;
    setTimeout(() => {
      ran = true;
    }, 0);
    await pacer.pause();
    expect(ran).toBe(true);
  });

  it("refuses to go on once its signal is aborted, before a pause or within one", async () => {
    const controller = new AbortController();
    const pacer = new Pacer(controller.signal);
    pacer.throwIfAborted();
    setTimeout(() => controller.abort(), 0);
    await expect(pacer.pause()).rejects.toThrow(AbortedError);
    await expect(pacer.pause()).rejects.toThrow(/its signal was aborted/);
    expect(() => pacer.throwIfAborted()).toThrow(AbortedError);
  });
});
