/** The panel's hues and measures, as far as this page needs them. */
export const PAGE_STYLE = `
:root{color-scheme:light dark;--bg:#f7f8fa;--card:#fff;--line:#e3e5e9;--text:#15181d;--mut:#5d6570;--down:#0b7a8a;--up:#8250c4;--ok:#1f7a37;--off:#b3261e}
@media(prefers-color-scheme:dark){:root{--bg:#101215;--card:#181b1f;--line:#2a2e34;--text:#eceef1;--mut:#9aa3ae;--down:#3fb6c6;--up:#b08be8;--ok:#5cc279;--off:#f2938c}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--text);font:16px/1.5 system-ui,sans-serif;font-variant-numeric:tabular-nums}
main{max-width:640px;margin:0 auto;padding:16px}
header{display:flex;flex-wrap:wrap;align-items:baseline;gap:4px 12px;padding:8px 4px 12px}
h1{font-size:22px;margin:0;overflow-wrap:anywhere}
h2{font-size:14px;font-weight:600;color:var(--mut);margin:0 0 8px}
section{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:16px;margin-bottom:12px}
p{margin:4px 0}
.state{margin:0;font-size:14px;font-weight:600}.ok{color:var(--ok)}.off{color:var(--off)}
.big{font-size:32px;font-weight:600;line-height:1.2}
.quota+p{margin-top:12px}
.quota{height:8px;border-radius:4px;background:var(--line);overflow:hidden}.quota i{display:block;height:100%;background:var(--down)}.quota.full i{background:var(--off)}
.mut{color:var(--mut);font-size:14px}
.down{color:var(--down)}.up{color:var(--up)}
.chart{display:block;width:100%;height:96px}
.bar{fill:var(--down)}.old{opacity:.35}.gap{fill:url(#h)}.hatch{stroke:var(--mut);stroke-width:2}
.axis{display:flex;justify-content:space-between;color:var(--mut);font-size:12px}
table{width:100%;border-collapse:collapse;font-size:14px}
th{text-align:start;font-weight:500;color:var(--mut);padding:4px 0}
td{padding:8px 0;border-top:1px solid var(--line);overflow-wrap:anywhere}
.r{text-align:end;white-space:nowrap;padding-inline-start:12px}
small{color:var(--mut)}
@media(max-width:480px){.wide{display:none}}
input{width:100%;font:13px/1.4 ui-monospace,monospace;padding:12px;border:1px solid var(--line);border-radius:8px;background:var(--bg);color:inherit}
.qr{background:#fff;border-radius:8px;padding:8px;max-width:240px;margin:12px auto 0}.qr svg{display:block;width:100%;height:auto}
`;
