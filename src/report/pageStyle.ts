/** The style sheet of every page: light or dark as the reader's system is, down to 360 pixels wide. */
export const pageStyle = `
:root {
  color-scheme: light dark;
  --page: #eef1f5; --surface: #ffffff; --text: #141a24; --faint: #566173; --grid: #dde2ea; --line: #d3d9e2;
  --accent: #0067a8; --wrong: #b3261e; --alike: #0067a8; --unalike: #c24e00; --third: #00795b;
  --shadow: 0 1px 2px rgb(16 24 40 / 8%), 0 8px 24px rgb(16 24 40 / 14%);
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #0b0e13; --surface: #12161d; --text: #e9edf3; --faint: #9aa5b5; --grid: #262d38; --line: #2c3440;
    --accent: #5cb3f0; --wrong: #ff8a80; --alike: #4aa8ea; --unalike: #f0914a; --third: #3fc79a;
    --shadow: 0 1px 2px rgb(0 0 0 / 50%), 0 8px 28px rgb(0 0 0 / 60%);
  }
}
* { box-sizing: border-box; }
html, body { height: 100%; margin: 0; }
body {
  display: flex; flex-direction: column; gap: 12px; padding: 20px 24px;
  background: var(--page); color: var(--text);
  font: 15px/1.45 Inter, system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
}
h1 { margin: 0; font-size: 24px; line-height: 1.2; font-weight: 600; letter-spacing: -0.01em; text-wrap: balance; }
header p { margin: 4px 0 0; color: var(--faint); max-width: 110ch; text-wrap: pretty; }
main { flex: 1 1 auto; min-height: 360px; display: flex; gap: 12px; }
.panel {
  position: relative; flex: 1 1 0; min-width: 0; min-height: 0; background: var(--surface);
  border: 1px solid var(--line); border-radius: 12px; overflow: hidden;
}
.panel > .plot { position: absolute; inset: 0; }
.note { margin: 0; color: var(--faint); font-size: 13px; }
button, input { font: inherit; color: inherit; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.controls { display: flex; flex-wrap: wrap; align-items: center; gap: 8px 20px; }
#legend { display: flex; flex-wrap: wrap; gap: 6px; margin: 0; padding: 0; list-style: none; max-height: 124px; overflow-y: auto; }
#legend button, #find button {
  display: inline-flex; align-items: center; gap: 7px; padding: 4px 10px; cursor: pointer;
  background: var(--surface); border: 1px solid var(--line); border-radius: 999px; line-height: 1.3;
}
#legend button:hover, #find button:hover { border-color: var(--faint); }
#legend button[aria-current="true"] { border-color: var(--accent); color: var(--accent); }
#legend button:disabled { opacity: 0.45; cursor: default; }
.class-name { max-width: 24ch; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
#find-class {
  width: min(100%, 240px); padding: 4px 10px; color: var(--text); background: var(--surface);
  border: 1px solid var(--line); border-radius: 8px; font-size: 13px;
}
#legend small { color: var(--faint); font-size: 12px; font-variant-numeric: tabular-nums; }
#legend svg { width: 12px; height: 12px; flex: none; fill: var(--class); }
#legend button[aria-pressed="false"] { color: var(--faint); text-decoration: line-through; background: transparent; }
#legend button[aria-pressed="false"] svg { fill: none; stroke: var(--faint); stroke-width: 1.5; }
#find { display: flex; align-items: center; gap: 8px; margin-left: auto; color: var(--faint); font-size: 13px; }
#find input {
  width: 116px; padding: 4px 8px; color: var(--text); background: var(--surface);
  border: 1px solid var(--line); border-radius: 8px;
}
#card {
  position: fixed; z-index: 10; width: min(300px, calc(100vw - 16px)); padding: 14px; pointer-events: none;
  background: var(--surface); border: 1px solid var(--line); border-radius: 12px; box-shadow: var(--shadow);
}
#card[hidden] { display: none; }
#card.pinned { pointer-events: auto; border-color: var(--accent); }
#card canvas { display: block; image-rendering: pixelated; background: #000; border-radius: 4px; object-fit: contain; }
.card-head { display: flex; gap: 14px; align-items: flex-start; }
.card-picture { width: 112px; height: 112px; flex: none; }
.card-title { margin: 0; font-size: 30px; font-weight: 600; line-height: 1.1; }
.card-title.long { font-size: 20px; overflow-wrap: anywhere; }
.card-title::before {
  content: ""; display: inline-block; width: 14px; height: 14px; margin-right: 8px; border-radius: 50%;
  background: var(--class); vertical-align: 3px;
}
.card-row, .card-hint { margin: 4px 0 0; color: var(--faint); font-size: 13px; font-variant-numeric: tabular-nums; }
#card.pinned .card-hint { display: none; }
.card-caption { margin: 12px 0 6px; color: var(--faint); font-size: 13px; }
.card-neighbours { display: grid; grid-template-columns: repeat(3, minmax(0, 1fr)); gap: 6px; margin: 0; padding: 0; list-style: none; }
.card-neighbours button {
  display: grid; grid-template-columns: auto 1fr; gap: 0 7px; width: 100%; padding: 4px; text-align: left; cursor: pointer;
  background: none; border: 1px solid var(--line); border-radius: 8px;
}
.card-neighbours canvas { grid-row: span 2; width: 32px; height: 32px; }
.neighbour-label { font-weight: 600; line-height: 1.1; }
.neighbour-label.long { overflow: hidden; font-size: 11px; line-height: 1.3; text-overflow: ellipsis; white-space: nowrap; }
.neighbour-similarity { color: var(--faint); font-size: 11px; line-height: 1.2; font-variant-numeric: tabular-nums; }
.card-neighbours .wrong { border-color: var(--wrong); }
.wrong .neighbour-label { color: var(--wrong); }
.card-close {
  display: none; position: absolute; top: 6px; right: 6px; width: 28px; height: 28px; padding: 0; cursor: pointer;
  background: none; border: 0; border-radius: 8px; font-size: 20px; line-height: 1; color: var(--faint);
}
#card.pinned .card-close { display: block; }
@media (max-width: 700px) {
  body { padding: 14px 12px; gap: 10px; height: auto; min-height: 100%; }
  h1 { font-size: 20px; }
  header p { font-size: 13px; }
  main { flex-direction: column; }
  .panel { flex: 1 0 auto; height: 68vh; min-height: 360px; }
  #find { margin-left: 0; }
  #legend button { padding: 3px 8px; font-size: 13px; }
  #legend small { display: none; }
}
`;
