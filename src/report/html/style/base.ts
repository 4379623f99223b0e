import { dark, light } from './colors.ts';

/** Colours, type, the frame of a page, and its tables. */
export const base = `
:root{color-scheme:light;${light}
--serif:Charter,"Bitstream Charter","Iowan Old Style","Source Serif 4",Cambria,Georgia,"Times New Roman",serif;
--sans:system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue","Noto Sans",Arial,sans-serif;
--mono:ui-monospace,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace}
@media (prefers-color-scheme:dark){:root:not([data-theme=light]){color-scheme:dark;${dark}}}
:root[data-theme=dark]{color-scheme:dark;${dark}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%;scroll-padding-top:1.5rem}
body{margin:0;background:var(--paper);color:var(--ink);font:1.0625rem/1.6 var(--serif);text-rendering:optimizeLegibility;font-kerning:normal;overflow-wrap:anywhere}
a{color:var(--link);text-underline-offset:.15em;text-decoration-thickness:.06em}
a:hover{text-decoration-thickness:.12em}
:focus-visible{outline:2px solid var(--link);outline-offset:3px;border-radius:2px}
main:focus{outline:none}
.skip{position:absolute;left:-100vw;top:0;z-index:2;background:var(--paper);padding:.5rem 1rem}
.skip:focus{left:.5rem;top:.5rem}
.layout{max-width:74rem;margin:0 auto;padding:3.5rem 1.5rem 4rem;display:grid;grid-template-columns:minmax(0,1fr);column-gap:4rem}
.top,main,footer{max-width:54rem;width:100%}
.top{margin-bottom:2rem}
.kicker{font:600 .75rem/1.4 var(--sans);letter-spacing:.09em;text-transform:uppercase;color:var(--muted);margin:0 0 .9rem}
h1{font:600 clamp(1.9rem,1.4rem + 2.2vw,2.75rem)/1.15 var(--serif);letter-spacing:-.012em;margin:0 0 1rem;text-wrap:balance}
.lead{font-size:1.2rem;line-height:1.5;margin:0 0 1rem;max-width:42rem;text-wrap:pretty}
.byline{font:.875rem/1.6 var(--sans);color:var(--muted);margin:0;max-width:46rem}
h2{font:600 1.55rem/1.25 var(--serif);letter-spacing:-.008em;margin:0 0 .8rem;text-wrap:balance}
h3{font:600 1.05rem/1.4 var(--serif);margin:2rem 0 .5rem}
h3.title{font:600 .85rem/1.4 var(--sans);margin:0 0 .4rem}
p{margin:0 0 1rem;max-width:44rem;text-wrap:pretty}
section{padding-top:2.6rem;margin-top:2.8rem;border-top:1px solid var(--rule)}
main>section:first-child{margin-top:0}
.defines,.note{font-size:.95rem;color:var(--muted)}
.note{font-family:var(--sans);font-size:.85rem;line-height:1.5}
.sentences{margin:0 0 1rem;padding:0;list-style:none;max-width:46rem;font-size:.97rem;line-height:1.5}
.sentences li{padding:.28rem 0 .28rem 1.1rem;position:relative}
.sentences li::before{content:"";position:absolute;left:0;top:.95em;width:.45rem;border-top:1px solid var(--muted)}
ol.findings,.findings ul{list-style:none;margin:0;padding:0}
.findings>li{border-top:1px solid var(--rule);padding:.9rem 0 .4rem}
.findings h3{margin:0 0 .4rem;max-width:46rem}
.findings li li{padding:.1rem 0 .5rem 1.1rem;font:.9rem/1.5 var(--sans)}
.findings li p{margin:0;max-width:50rem}
.findings .holds{color:var(--right)}.findings .fails{color:var(--wrong)}.findings .open,.findings .place{color:var(--muted)}
footer{margin-top:4rem;padding-top:1.2rem;border-top:1px solid var(--rule);font:.82rem/1.6 var(--sans);color:var(--muted)}
.contents{font:.86rem/1.4 var(--sans);margin-bottom:1.6rem}
.contents ol{list-style:none;margin:0;padding:0;display:flex;flex-wrap:wrap;gap:.15rem 1.15rem}
.contents a{color:var(--muted);text-decoration:none;display:inline-block;padding:.3rem 0}
.contents a:hover{color:var(--ink);text-decoration:underline}
button,select,input{font:inherit;color:inherit}
button{background:none;border:1px solid var(--rule);border-radius:4px;padding:.3rem .75rem;cursor:pointer;font:.85rem/1.4 var(--sans)}
button:hover{border-color:var(--muted);background:var(--shade)}
button:disabled{color:var(--muted);cursor:default;background:none;border-color:var(--rule);opacity:.65}
#theme{margin-top:.7rem}
@media (min-width:68rem){
.layout{grid-template-columns:11rem minmax(0,1fr);grid-template-rows:auto 1fr auto}
.top,main,footer{grid-column:2}
.contents{grid-column:1;grid-row:1/4;position:sticky;top:3.5rem;align-self:start;margin:0;padding-top:.15rem}
.contents ol{display:block;border-left:1px solid var(--rule);padding-left:1rem}
.contents a{padding:.22rem 0}
#theme{margin:1.2rem 0 0 1rem}
}
@media (max-width:40rem){.layout{padding:2rem 1.1rem 3rem}body{font-size:1rem}.lead{font-size:1.1rem}section{padding-top:2rem;margin-top:2.2rem}}
.scroll{overflow-x:auto;margin:0 0 1.2rem}
table{border-collapse:collapse;font:.87rem/1.45 var(--sans);font-variant-numeric:tabular-nums lining-nums;border-top:1.5px solid var(--ink);border-bottom:1.5px solid var(--ink);min-width:min(100%,26rem)}
caption{text-align:left;font-weight:600;padding:0 0 .5rem}
caption.aside{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
th,td{padding:.36rem .9rem .36rem 0;text-align:right;font-weight:400;white-space:nowrap;vertical-align:baseline}
th:last-child,td:last-child{padding-right:.2rem}
th:first-child,.word{text-align:left}
td.word{white-space:normal;overflow-wrap:anywhere}
tbody th{white-space:normal;min-width:7rem;max-width:20rem}
thead th{color:var(--muted);border-bottom:1px solid var(--rule);vertical-align:bottom;white-space:normal}
tbody tr+tr>*{border-top:1px solid var(--grid)}
tr.under>*{color:var(--muted);border-top:none!important;padding-top:0}
tr.under th{padding-left:1rem}
.score{font-weight:600}.under .score{font-weight:400}
.ci{color:var(--muted);font-size:.92em}
code,pre{font-family:var(--mono);font-size:.85em}
td code{overflow-wrap:anywhere}
`;
