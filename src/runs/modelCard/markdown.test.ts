import { describe, expect, it } from "vitest";
import { code, codeBlock } from "./markdown.ts";

describe("code in a card", () => {
  it("stays in its span on one line", () => {
    expect(code("cat")).toBe("`cat`");
    expect(code("a`b")).toBe("``a`b``");
    expect(code("``a")).toBe("``` ``a ```");
    expect(code("a\n# Free of charge\x1b[2J")).toBe("`a\\n# Free of charge\\x1b[2J`");
  });

  it("stays in its block", () => {
    expect(codeBlock('{\n "a": "```"\n}', "json")).toBe('````json\n{\n "a": "```"\n}\n````');
  });
});
