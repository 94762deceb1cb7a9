/** Light and dark, wide and narrow, on paper too; nothing is fetched. */
export const PAGE_STYLE = `
:root { color-scheme: light dark; --ink: #1c2430; --soft: #5a6675; --line: #d9dfe7; --ground: #fff; --panel: #f6f8fa; --bar: #7fa8d9; --accent: #0b5cad; --warn: #8a4b00; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6ebf2; --soft: #a3afbe; --line: #36404d; --ground: #12171e; --panel: #1a212a; --bar: #3f6ea5; --accent: #8fc1ff; --warn: #ffc27a; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 72rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
h1 { font-size: 1.6rem; margin: 0 0 .25rem; overflow-wrap: anywhere; }
h2 { font-size: 1.2rem; margin: 0; overflow-wrap: anywhere; }
h3 { font-size: .95rem; margin: 1rem 0 .25rem; }
p { margin: .25rem 0; }
a { color: var(--accent); }
a:focus-visible, [tabindex]:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.soft { color: var(--soft); }
.warn { color: var(--warn); }
.skip { position: absolute; left: -999rem; }
.skip:focus { left: 1rem; top: 1rem; background: var(--ground); padding: .5rem; }
.wide { overflow-x: auto; border: 1px solid var(--line); border-radius: .5rem; margin: 1rem 0 2rem; }
table { border-collapse: collapse; width: 100%; }
caption { text-align: left; padding: .5rem .75rem; color: var(--soft); }
th, td { text-align: left; vertical-align: top; padding: .35rem .75rem; border-top: 1px solid var(--line); }
thead th { background: var(--panel); white-space: nowrap; }
th[scope=row] { font-weight: 600; min-width: 8rem; overflow-wrap: anywhere; }
.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
code { font: .9em/1.4 ui-monospace, monospace; white-space: pre-wrap; overflow-wrap: anywhere; }
section { border: 1px solid var(--line); border-radius: .5rem; padding: 1rem; margin: 1rem 0; }
.type { display: inline-block; border: 1px solid var(--line); border-radius: 1rem; padding: 0 .6rem; font-size: .85rem; background: var(--panel); }
.figures { display: flex; flex-wrap: wrap; gap: .25rem 2rem; margin: .75rem 0 0; }
.figures div { min-width: 7rem; }
.figures dt { color: var(--soft); font-size: .85rem; }
.figures dd { margin: 0; overflow-wrap: anywhere; }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(18rem, 1fr)); gap: 0 2rem; }
.pair table { table-layout: fixed; }
.pair th, .pair td { padding: .2rem .4rem; font-weight: 400; }
.pair thead th { background: none; color: var(--soft); font-size: .85rem; }
.pair .n { width: 6.5rem; }
.bar { display: block; height: .4rem; min-width: 1px; border-radius: .2rem; background: var(--bar); }
@media print { section { break-inside: avoid; } .skip { display: none; } }
`;
