import { createHash } from 'node:crypto';

/** A printed page: A4 with real margins, system fonts, nothing fetched; dark only where people look at it on a screen. */
export const STYLE = `
:root { --ink: #16191d; --soft: #5b6470; --line: #d9dee4; --paper: #fff; --page: #f2f4f6; --bar: #2f6fd0; --warn: #8a5a00; color-scheme: light dark; }
@media screen and (prefers-color-scheme: dark) {
  :root { --ink: #e8ebee; --soft: #9aa4af; --line: #343b43; --paper: #191d21; --page: #101316; --bar: #6ea3ee; --warn: #e0b050; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 14px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; font-variant-numeric: tabular-nums; }
main { max-width: 794px; margin: 32px auto; padding: 48px 56px; background: var(--paper); border: 1px solid var(--line); }
header { display: flex; justify-content: space-between; gap: 24px; align-items: flex-start; }
h1 { margin: 0; font-size: 26px; line-height: 1.2; font-weight: 650; overflow-wrap: anywhere; }
h2 { margin: 36px 0 8px; font-size: 15px; font-weight: 650; break-after: avoid; }
p { margin: 0; }
.kind { color: var(--soft); margin-bottom: 4px; }
.period { font-size: 16px; margin-top: 6px; }
.aside { text-align: end; color: var(--soft); font-size: 12px; white-space: nowrap; }
.running { margin-top: 16px; color: var(--warn); }
.figures { display: grid; grid-template-columns: repeat(4, auto); justify-content: space-between; gap: 8px 24px; margin: 28px 0 0; padding: 20px 0; border: solid var(--line); border-width: 1px 0; }
.figures dt { color: var(--soft); font-size: 12px; }
.figures dd { margin: 2px 0 0; font-size: 22px; line-height: 1.25; }
.figures .first dd { font-weight: 650; font-size: 28px; }
.figures small { display: block; color: var(--soft); font-size: 11.5px; font-weight: 400; }
.unit { color: var(--soft); font-size: .72em; }
table { width: 100%; border-collapse: collapse; }
th { padding-block: 6px; padding-inline: 16px 0; color: var(--soft); font-size: 12px; font-weight: 500; text-align: end; border-bottom: 1px solid var(--line); }
td { padding-block: 5px; padding-inline: 16px 0; text-align: end; vertical-align: baseline; border-bottom: 1px solid var(--line); white-space: nowrap; }
th:first-child, td:first-child { padding-inline-start: 0; text-align: start; }
td.name { white-space: normal; overflow-wrap: anywhere; }
td.name span { color: var(--soft); }
td.bar { width: 110px; }
td.bar svg { display: block; width: 100%; height: 8px; }
td.bar rect { fill: var(--bar); }
[dir="rtl"] td.bar svg { transform: scaleX(-1); }
tr { break-inside: avoid; }
thead { display: table-header-group; }
tfoot td { border-bottom: 0; font-weight: 650; }
.mark { color: var(--warn); }
ul { margin: 0; padding: 0; list-style: none; }
li { display: grid; grid-template-columns: 150px 1fr; gap: 16px; padding: 4px 0; border-bottom: 1px solid var(--line); break-inside: avoid; }
li time { color: var(--soft); }
.how { margin-top: 28px; color: var(--soft); font-size: 12px; }
@media (max-width: 640px) {
  main { margin: 0; padding: 24px 16px; border: 0; }
  header { display: block; }
  .aside { text-align: start; margin-top: 12px; }
  .figures { grid-template-columns: repeat(2, auto); }
  td.bar, th.bar { display: none; }
  th, td { padding-inline-start: 10px; }
  li { grid-template-columns: 1fr; gap: 0; }
}
@media (max-width: 480px) { .way { display: none; } }
@page { size: A4; margin: 16mm 16mm 18mm; }
@media print {
  :root { --bar: #777; }
  body { background: none; font-size: 10.5pt; print-color-adjust: exact; }
  main { max-width: none; margin: 0; padding: 0; border: 0; }
}
`;

/** Nothing but this style; no script, no picture, no frame around it. */
export const STATEMENT_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');
