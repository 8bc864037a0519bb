/** The page's look: calm, one column, the system's font; light, dark and paper. Contrast of every text is at least 4.5 : 1. */
export const style = `
:root {
    color-scheme: light dark;
    --surface: #ffffff; --raised: #f6f7f9; --ink: #1b2430; --muted: #566273; --line: #d9dee5; --accent: #33609c;
    --good: #1f7a4d; --good-soft: #dff1e7; --bad: #b3261e; --bad-soft: #fbe3e1; --neutral: #566f96; --neutral-soft: #e4eaf3;
}
@media (prefers-color-scheme: dark) {
    :root {
        --surface: #12171e; --raised: #1a212b; --ink: #e4e9f0; --muted: #9fabbb; --line: #303a47; --accent: #82aee8;
        --good: #66c793; --good-soft: #17392a; --bad: #f28b82; --bad-soft: #482220; --neutral: #93a9cc; --neutral-soft: #28354a;
    }
}
* { box-sizing: border-box; }
body {
    margin: 0; background: var(--surface); color: var(--ink);
    font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif;
}
main, header.top, footer { max-width: 1080px; margin: 0 auto; padding: 0 32px; }
header.top { padding-top: 56px; }
h1 { font-size: 2rem; line-height: 1.2; font-weight: 650; letter-spacing: -0.015em; margin: 0 0 8px; }
h2 { font-size: 1.3rem; line-height: 1.3; font-weight: 650; letter-spacing: -0.01em; margin: 64px 0 16px; }
h3 { font-size: 1.1rem; font-weight: 650; margin: 0 0 4px; }
h4 { font-size: 0.95rem; font-weight: 650; margin: 28px 0 8px; }
p { margin: 0 0 12px; max-width: 72ch; }
a { color: var(--accent); }
code { font: 0.875em ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; overflow-wrap: anywhere; }
.quiet { color: var(--muted); }
.kicker { color: var(--muted); font-size: 0.9rem; margin: 0 0 8px; }
.verdict { border-left: 4px solid; padding: 14px 20px; margin: 28px 0 0; border-radius: 0 6px 6px 0; }
.verdict.good { border-color: var(--good); background: var(--good-soft); }
.verdict.bad { border-color: var(--bad); background: var(--bad-soft); }
.verdict p, .verdict ul { margin: 0; }
.verdict ul { padding-left: 20px; }
.verdict p { display: flex; flex-wrap: wrap; gap: 2px 20px; align-items: baseline; max-width: none; }
.verdict p + ul { margin-top: 8px; }
.verdict strong { font-size: 1.1rem; }
.verdict .label { font-size: 0.9rem; }
.tally { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 24px; margin: 32px 0 0; }
.tally dt { color: var(--muted); font-size: 0.85rem; }
.tally dd { margin: 0; font-size: 1.35rem; font-weight: 600; font-variant-numeric: tabular-nums; }
.tally dd small { display: block; font-size: 0.8rem; font-weight: 400; color: var(--muted); }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(280px, 1fr)); gap: 12px 40px; }
.columns > * { min-width: 0; }
.columns h3 { font-size: 0.95rem; }
.columns ul { margin: 0; padding-left: 18px; }
.scroll { overflow-x: auto; }
.scroll:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
table { border-collapse: collapse; width: 100%; font-size: 0.925rem; }
th { text-align: left; font-weight: 500; color: var(--muted); font-size: 0.85rem; white-space: nowrap; }
th, td { padding: 9px 20px 9px 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th:last-child, td:last-child { padding-right: 0; }
tbody th { font-weight: 400; color: var(--ink); font-size: inherit; white-space: normal; }
td.figure, th.figure { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
td.figure, th.figure { padding-right: 32px; }
td.short { white-space: nowrap; }
.good-text { color: var(--good); font-weight: 600; }
.bad-text { color: var(--bad); font-weight: 600; }
.share { display: block; width: 120px; height: 6px; border-radius: 3px; background: var(--line); margin-top: 9px; overflow: hidden; }
.share span { display: block; height: 100%; background: var(--good); }
.share.bad span { background: var(--bad); }
article { border-top: 1px solid var(--line); padding: 28px 0 36px; }
article:first-of-type { border-top: 0; padding-top: 8px; }
.title { display: flex; flex-wrap: wrap; gap: 4px 16px; align-items: baseline; }
.title .state { margin-left: auto; }
.parts { display: grid; grid-template-columns: auto 1fr; gap: 2px 16px; margin: 12px 0 0; font-size: 0.9rem; }
.parts dt { color: var(--muted); }
.parts dd { margin: 0; }
figure { margin: 24px 0 0; min-width: 0; }
figure svg { display: block; height: auto; }
figure.wide svg { width: 100%; min-width: 760px; }
figure.half svg { width: 100%; max-width: 480px; }
figcaption { color: var(--muted); font-size: 0.85rem; margin-top: 8px; }
.legend { display: inline-flex; flex-wrap: wrap; gap: 4px 18px; }
.legend i { display: inline-block; width: 14px; height: 10px; border: 1px solid; border-radius: 2px; margin-right: 6px; }
.legend .good i { background: var(--good-soft); border-color: var(--good); }
.legend .bad i { background: var(--bad-soft); border-color: var(--bad); }
.legend .neutral i { background: var(--neutral-soft); border-color: var(--neutral); }
.split { display: flex; height: 30px; border-radius: 4px; overflow: hidden; margin-top: 8px; }
.facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(210px, 1fr)); gap: 14px 28px; margin: 16px 0 0; }
.facts dt { color: var(--muted); font-size: 0.85rem; line-height: 1.35; }
.facts dd { margin: 0; font-variant-numeric: tabular-nums; }
.split span { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; padding: 4px 0 0 8px; font-size: 0.8rem;  background: var(--neutral-soft); border-right: 2px solid var(--surface); min-width: 2px; }
details { margin-top: 16px; font-size: 0.925rem; }
summary { cursor: pointer; color: var(--accent); }
.sign { display: grid; grid-template-columns: repeat(auto-fit, minmax(200px, 1fr)); gap: 40px 32px; margin-top: 40px; }
.sign div { border-top: 1px solid var(--muted); padding-top: 6px; color: var(--muted); font-size: 0.85rem; }
footer { padding-top: 56px; padding-bottom: 56px; color: var(--muted); font-size: 0.85rem; }
@media (max-width: 640px) {
    main, header.top, footer { padding-left: 18px; padding-right: 18px; }
    header.top { padding-top: 32px; }
    h1 { font-size: 1.6rem; }
    h2 { margin-top: 48px; }
    .tally { grid-template-columns: 1fr 1fr; gap: 16px; }
    .parts { grid-template-columns: 1fr; }
    .parts dd { margin-bottom: 6px; }
    th, td, td.figure, th.figure { padding-right: 14px; }
    .wide-only { display: none; }
}
@media print {
    :root {
        color-scheme: light;
        --surface: #ffffff; --raised: #ffffff; --ink: #000000; --muted: #444444; --line: #cccccc; --accent: #1d4a86;
        --good: #17633d; --good-soft: #e4f3ea; --bad: #9c1d16; --bad-soft: #fbe3e1; --neutral: #4a6085; --neutral-soft: #e4eaf3;
    }
    * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
    body { font-size: 10.5pt; }
    main, header.top, footer { max-width: none; padding: 0; }
    h2 { margin-top: 28pt; }
    h2, h3, h4, figcaption { break-after: avoid; }
    figure, tr, .verdict, .sign { break-inside: avoid; }
    .scroll { overflow: visible; }
    figure.wide svg { min-width: 0; }
    th, td { padding-top: 5pt; padding-bottom: 5pt; }
    .sign { grid-template-columns: repeat(4, 1fr); }
    footer { padding: 24pt 0 0; }
    details { display: none; }
}
`;
