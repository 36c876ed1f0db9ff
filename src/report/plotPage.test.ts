import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { base64 } from "./base64.ts";
import { escapeHtml, scriptJson } from "./escape.ts";
import { plotPage } from "./plotPage.ts";

/** What a browser reads between the tags of a script: up to the first `</script`, whatever it stands in. */
function scriptsOf(html: string): string[] {
  return [...html.matchAll(/<script[^>]*>(.*?)<\/script/gis)].map(([, text]) => text!);
}

describe("plotPage", () => {
  const hostile = `</script><script>alert(1)</script><!-- "'&`;
  const html = plotPage({
    title: hostile,
    subtitle: hostile,
    panels: "<div></div>",
    data: { text: hostile, [hostile]: 1 },
    scripts: ["const a = 1;"],
    plotly: 'const plotly = "</script>", other = "</SCRIPT>";',
  });

  it("lets no text end a script or begin a tag", () => {
    const [data, plotly, own, ...more] = scriptsOf(html);
    expect(more).toEqual([]);
    expect(JSON.parse(data!)).toEqual({ text: hostile, [hostile]: 1 });
    expect(new Function(`${plotly}return plotly + other;`)()).toBe("</script></SCRIPT>");
    expect(own).toContain("const a = 1;");
    expect(html).not.toContain("alert(1)</script>");
    expect(html.match(/<script/g)).toHaveLength(3);
  });

  it("names nothing outside itself, and forbids the browser to load any", () => {
    expect(html).not.toMatch(/\b(src|href)=/);
    expect(html).toMatch(/Content-Security-Policy" content="default-src 'none';/);
  });
});

describe("escapeHtml and scriptJson", () => {
  it("leave nothing that HTML reads as more than text, and lose nothing", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(escapeHtml(text)).not.toMatch(/[<>"']|&(?!(amp|lt|gt|quot|#39);)/);
        expect(scriptJson({ text })).not.toContain("<");
        expect(JSON.parse(scriptJson({ text }))).toEqual({ text });
      }),
    );
  });
});

describe("base64", () => {
  it("is that of the bytes, for views and across pieces", () => {
    const whole = Float32Array.from({ length: 30_001 }, (_, i) => Math.sin(i));
    for (const numbers of [
      whole,
      whole.subarray(3, 20_002),
      Uint32Array.of(1, 2 ** 32 - 1),
      new Uint8Array(),
    ]) {
      const { buffer, byteOffset, byteLength } = numbers;
      expect(base64(numbers)).toBe(Buffer.from(buffer, byteOffset, byteLength).toString("base64"));
    }
  });
});
