/** The page for whoever comes without the token. */
export function tokenPage(reason: string): Response {
  const text = reason.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  const html = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Kindred wants its token</title>
<body style="max-width: 34rem; margin: 15vh auto; padding: 0 1rem; font: 1rem/1.5 system-ui, sans-serif">
<h1 style="font-size: 1.4rem">This explorer wants its token</h1>
<p>${text[0]!.toUpperCase()}${text.slice(1)}</p>
<p>It keeps other users of this machine out. If the address is lost, end <code>kindred view</code> and start it again.</p>
`;
  return new Response(html, { status: 401, headers: { "content-type": "text/html; charset=utf-8" } });
}
