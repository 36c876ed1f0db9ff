import { escapeHtml } from "./escape.ts";
import { pageStyle } from "./pageStyle.ts";

/** A page in one file: what it may load, its title and subtitle as text, and its style and body as CSS and HTML. */
export interface HtmlPage {
  readonly generator: string;
  /** Content-Security-Policy. */
  readonly policy: string;
  readonly title: string;
  readonly subtitle: string;
  readonly style?: string;
  readonly body: string;
}

export function htmlPage({ generator, policy, title, subtitle, style = "", body }: HtmlPage): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="${generator}">
<title>${escapeHtml(title)}</title>
<style>${pageStyle}${style}</style>
</head>
<body>
<header>
<h1>${escapeHtml(title)}</h1>
<p>${escapeHtml(subtitle)}</p>
</header>
${body}
</body>
</html>
`;
}
