/** How the page of reports looks: by light and by dark, on paper, and to eyes that tell no colours apart. */
import { Html } from './html.js';

/** The style sheet of the page, which loads nothing from elsewhere. */
export const pageStyle = new Html(`
:root { color-scheme: light dark; --ink: #1c2330; --quiet: #667085; --line: #d9dee7; --paper: #fff; --tint: #f4f6fa; --green: #11734b; --yellow: #8a6100; --red: #b3261e; --blue: #2f5fd0; --violet: #7a4cc2; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ef; --quiet: #98a2b3; --line: #343b48; --paper: #14181f; --tint: #1d232d; --green: #5fd3a0; --yellow: #e8bd57; --red: #ff8f86; --blue: #8fb0ff; --violet: #c3a6ff; } }
body { margin: 0 auto; max-width: 72rem; padding: 1.5rem; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, "Segoe UI", "Noto Sans", sans-serif; }
article + article, nav + article { margin-top: 2.5rem; border-top: 2px solid var(--line); padding-top: 1rem; }
h1 { font-size: 1.5rem; margin: 0 0 .25rem; }
h2 { font-size: 1.05rem; margin: 1.75rem 0 .5rem; }
p { margin: .25rem 0; }
a { color: var(--blue); }
.quiet { color: var(--quiet); overflow-wrap: anywhere; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th { text-align: left; font-weight: 600; color: var(--quiet); white-space: nowrap; }
th, td { padding: .35rem .75rem .35rem 0; border-bottom: 1px solid var(--line); vertical-align: top; overflow-wrap: anywhere; }
td.number { font-variant-numeric: tabular-nums; white-space: nowrap; }
tr.given td:first-child { font-weight: 600; }
.badge { display: inline-block; padding: 0 .55rem; border: 1px solid currentColor; border-radius: 1rem; font-size: .85rem; font-weight: 600; vertical-align: middle; }
.badge.green { color: var(--green); } .badge.yellow { color: var(--yellow); } .badge.red { color: var(--red); }
.failure { border-left: 4px solid var(--red); background: var(--tint); padding: .6rem .9rem; margin: .75rem 0; }
.bar { position: relative; height: 1rem; min-width: 14rem; margin-top: .2rem; background: var(--tint); border-radius: 3px; overflow: hidden; }
.step { position: absolute; top: 0; bottom: 0; background: var(--quiet); opacity: .75; }
.step.holding, .step.draining, .step.releasing, .step.settling, .step.failingBack { background: var(--yellow); }
.step.installing, .step.scanning, .step.verifying { background: var(--blue); }
.step.restarting, .step.rejoining { background: var(--violet); }
.legend .step { position: static; display: inline-block; width: .8rem; height: .8rem; margin: 0 .35rem 0 1rem; border-radius: 3px; vertical-align: -.1rem; }
.legend .step:first-child { margin-left: 0; }
details { margin: .35rem 0; } summary { cursor: pointer; }
ul { padding-left: 1.2rem; margin: .25rem 0; } li { margin: .2rem 0; overflow-wrap: anywhere; white-space: pre-wrap; }
@media print { body { max-width: none; padding: 0; } article { break-before: page; } nav + article, article:first-of-type { break-before: auto; } }
`);
