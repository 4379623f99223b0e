/** The examples and their controls. */
export const gallery = `
.filters{display:flex;flex-wrap:wrap;gap:.7rem 1rem;align-items:flex-end;margin:1.2rem 0 .9rem;font:.82rem/1.4 var(--sans)}
.filters[hidden]{display:none}
.filters label{display:grid;gap:.2rem;color:var(--muted);min-width:0;max-width:100%;overflow-wrap:anywhere}
.filters select,.filters input{color:var(--ink);background:var(--paper);border:1px solid var(--rule);border-radius:4px;padding:.36rem .5rem;font-size:.9rem;min-width:0;max-width:15rem}
.filters select:hover,.filters input:hover{border-color:var(--muted)}
.filters .find{flex:1 1 13rem}.filters .find input{max-width:none;width:100%}
.filters .check{display:flex;align-items:center;gap:.4rem;padding:.36rem 0}
.found{font:.87rem/1.5 var(--sans);color:var(--muted);margin:0 0 .6rem}
.heat-key{margin-bottom:1.2rem}
.swatch{display:inline-block;width:.8em;height:.8em;border-radius:2px;vertical-align:-.05em}
.swatch.a{background:var(--a)}.swatch.b{background:var(--b)}
.example{border-top:1px solid var(--rule);padding:1.3rem 0 1.6rem}
.example:focus{outline:none;box-shadow:-1.1rem 0 0 -.85rem var(--link)}
.example header{display:flex;flex-wrap:wrap;align-items:baseline;gap:.2rem .9rem;margin-bottom:.7rem}
.example h3{margin:0;font:600 .95rem/1.4 var(--sans);overflow-wrap:anywhere}
.example .tag-list{list-style:none;display:flex;flex-wrap:wrap;gap:.15rem .8rem;margin:0;padding:0;font:.8rem/1.4 var(--sans);color:var(--muted)}
.example .body{display:flex;flex-wrap:wrap;gap:1.1rem 2.2rem;align-items:flex-start}
.views{display:flex;flex-wrap:wrap;gap:1rem}
.view{width:9.25rem;font:.78rem/1.35 var(--sans);color:var(--muted)}
.view p{margin:.25rem 0 .55rem}
.view img,.heat{display:block;width:100%;border-radius:3px;background:var(--panel)}
.view img.pixels,.heat img.pixels,.heat canvas{image-rendering:pixelated}
.heat{position:relative;overflow:hidden}
.heat img{filter:grayscale(1) brightness(.85)}
.heat canvas{display:block;width:100%}
.heat img+canvas{position:absolute;inset:0;height:100%}
.absent{display:grid;place-items:center;aspect-ratio:1.6;border:1px dashed var(--rule);border-radius:3px;text-align:center;padding:.4rem}
.curve{display:block;width:100%;height:3.4rem;overflow:visible}
.curve .zero{stroke:var(--rule)}.curve .line{fill:none;stroke:var(--ink);stroke-width:1.2;vector-effect:non-scaling-stroke}
.curve .over{fill:var(--a)}.curve .under{fill:var(--b)}.curve .band{fill:var(--quiet);opacity:.35}
.words{flex:1 1 19rem;min-width:min(100%,15rem)}
.captions{list-style:none;margin:0 0 .9rem;padding:0;line-height:1.45}
.captions li{display:flex;gap:.6rem;padding:.1rem 0}
.mark{font:600 .85rem/1.7 var(--sans);flex:none;min-width:1.1em}
.mark.a{color:var(--a-text)}.mark.b{color:var(--b-text)}
:root{--a-text:var(--accent);--b-text:var(--link)}
.matrices{display:flex;flex-wrap:wrap;gap:1rem 1.8rem}
.matrix{font:.8rem/1.4 var(--sans)}
.matrix table{min-width:0;border-width:1px;border-color:var(--rule)}
.matrix caption{padding:0 0 .3rem;font-weight:600;color:var(--c)}
.matrix th,.matrix td{padding:.26rem .7rem .26rem 0}
.matrix tbody th{min-width:0;max-width:18rem}
.matrix td.true span{outline:1.5px solid var(--muted);outline-offset:2px;border-radius:2px}
.matrix td.best{font-weight:700}
.verdicts{list-style:none;display:flex;flex-wrap:wrap;gap:.1rem .8rem;margin:.4rem 0 0;padding:0;max-width:13.5rem}
.verdicts .r{color:var(--right)}.verdicts .w{color:var(--wrong)}.verdicts .u{color:var(--muted);font-style:italic}
.pager{display:flex;flex-wrap:wrap;gap:.8rem;align-items:center;font:.87rem/1.4 var(--sans);border-top:1px solid var(--rule);padding-top:1.1rem}
.pager[hidden]{display:none}
@media (max-width:40rem){.view{width:calc(50% - .5rem)}.views{width:100%}.filters label{flex:1 1 42%}.filters .find{flex-basis:100%}.filters select{max-width:none;width:100%}}
`;
