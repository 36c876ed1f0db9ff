import { base64 } from "./base64.ts";
import { escapeHtml } from "./escape.ts";
import { htmlPage } from "./htmlPage.ts";

/** A picture on a contact sheet. */
export interface SheetPicture {
  /** What it is called: its path, or its number. */
  readonly name: string;
  readonly label: string | null;
  /** A small file to show it by; null where there is none. */
  readonly preview: { readonly mediaType: string; readonly bytes: Uint8Array } | null;
}

/** A picture that was searched by, and what was found, most similar first. */
export interface SheetSearch {
  readonly query: SheetPicture;
  readonly hits: readonly (SheetPicture & {
    /** Cosine similarity to the query, -1 to 1. */
    readonly similarity: number;
  })[];
}

export interface ContactSheet {
  readonly title: string;
  /** A sentence below the title: in what was searched, and how. */
  readonly subtitle: string;
  readonly searches: readonly SheetSearch[];
}

/** Nothing may be loaded or run: the pictures are in the page. */
const policy =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none'";

const sheetStyle = `
html, body { height: auto; }
body { gap: 24px; }
main { display: grid; grid-template-columns: minmax(0, 1fr); gap: 28px; min-height: 0; }
section { display: grid; grid-template-columns: 176px minmax(0, 1fr); gap: 24px; align-items: start; }
section + section { border-top: 1px solid var(--line); padding-top: 28px; }
h2 { margin: 0 0 8px; font-size: 13px; font-weight: 600; color: var(--faint); }
figure { margin: 0; min-width: 0; }
ol { display: grid; grid-template-columns: repeat(auto-fill, minmax(132px, 1fr)); gap: 12px; margin: 0; padding: 0; list-style: none; }
.picture {
  display: block; width: 100%; aspect-ratio: 1; object-fit: contain; background: #000; border-radius: 8px;
  border: 1px solid var(--line);
}
.small { image-rendering: pixelated; }
.none { display: grid; place-items: center; color: #9aa5b5; font-size: 13px; }
.query .picture { border: 2px solid var(--accent); }
figcaption { margin-top: 6px; font-size: 13px; line-height: 1.35; }
.line { display: flex; gap: 8px; justify-content: space-between; font-weight: 600; }
.line span { font-variant-numeric: tabular-nums; font-weight: 400; color: var(--faint); }
.label { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.name { color: var(--faint); font-size: 12px; overflow-wrap: anywhere; }
.empty { margin: 0; color: var(--faint); }
@media (max-width: 700px) {
  section { grid-template-columns: minmax(0, 1fr); gap: 16px; }
  .query { display: grid; grid-template-columns: 112px minmax(0, 1fr); gap: 14px; align-items: center; }
  .query h2 { grid-column: 1 / -1; margin: 0; }
  ol { grid-template-columns: repeat(auto-fill, minmax(96px, 1fr)); }
}
@media print { body { background: none; } li, section { break-inside: avoid; } }
`;

/** The HTML of a contact sheet: a page that needs no script, no other file and no network. */
export function contactSheet({ title, subtitle, searches }: ContactSheet): string {
  const body = `<main>\n${searches.map(searchHtml).join("\n")}\n</main>`;
  return htmlPage({ generator: "kindred search", policy, title, subtitle, style: sheetStyle, body });
}

function searchHtml({ query, hits }: SheetSearch): string {
  const found =
    hits.length === 0
      ? '<p class="empty">Nothing was found.</p>'
      : `<ol>\n${hits.map((hit, at) => `<li>${pictureHtml(hit, `${at + 1}`, hit.similarity.toFixed(4))}</li>`).join("\n")}\n</ol>`;
  return `<section aria-label="Like ${escapeHtml(query.name)}">
<div class="query"><h2>Searched by</h2>${pictureHtml(query, null, null)}</div>
<div><h2>Most similar</h2>${found}</div>
</section>`;
}

function pictureHtml(picture: SheetPicture, rank: string | null, similarity: string | null): string {
  const { name, label } = picture;
  const line = [
    `<div class="label">${escapeHtml(label ?? (rank === null ? "" : "–"))}</div>`,
    ...(similarity === null ? [] : [`<span title="rank ${rank}, cosine similarity">${similarity}</span>`]),
  ];
  return `<figure>${imageHtml(picture)}<figcaption>${
    label === null && rank === null ? "" : `<div class="line">${line.join("")}</div>`
  }<div class="name">${rank === null ? "" : `${rank}. `}${escapeHtml(name)}</div></figcaption></figure>`;
}

function imageHtml({ name, label, preview }: SheetPicture): string {
  if (!preview?.mediaType.startsWith("image/")) return '<div class="picture none">no thumbnail</div>';
  const alt = escapeHtml(label === null ? name : `${label}: ${name}`);
  // Pictures of a few pixels are shown as such; larger ones are smoothed.
  const small = longerSide(preview.bytes) <= 32 ? " small" : "";
  return `<img class="picture${small}" alt="${alt}" src="data:${preview.mediaType};base64,${base64(preview.bytes)}">`;
}

/** The longer side of a PNG or WebP picture, from its header; of another file, infinite. */
function longerSide(file: Uint8Array): number {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const form = String.fromCharCode(...file.subarray(12, 16));
  if (form === "IHDR") return Math.max(view.getUint32(16), view.getUint32(20));
  if (form === "VP8L") {
    const bits = view.getUint32(21, true);
    return Math.max((bits & 0x3fff) + 1, ((bits >> 14) & 0x3fff) + 1);
  }
  if (form === "VP8 ") return Math.max(view.getUint16(26, true) & 0x3fff, view.getUint16(28, true) & 0x3fff);
  return Number.POSITIVE_INFINITY;
}
