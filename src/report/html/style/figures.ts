/** Figures, legends, bars, and how a run was made. */
export const figures = `
figure{margin:1.6rem 0 1.8rem}
figcaption{font:.87rem/1.5 var(--sans);color:var(--muted);max-width:44rem;margin-top:.7rem}
figure svg{display:block;width:100%;height:auto;overflow:visible;font-family:var(--sans);font-variant-numeric:tabular-nums;color:var(--muted)}
.panels.many{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,19rem),1fr));gap:1.6rem 2rem;max-width:54rem}
.panels.many .panel{max-width:26rem}
.panel [data-example]{cursor:pointer}
.panel [data-example]:hover{stroke:var(--ink);stroke-width:1.5}
.narrow{display:none}
@media (max-width:40rem){.wide{display:none}.narrow{display:block}}
.legend{list-style:none;display:flex;flex-wrap:wrap;gap:.3rem 1.4rem;margin:0 0 .8rem;padding:0;font:.87rem/1.4 var(--sans)}
.legend li{display:flex;align-items:center;gap:.5rem;overflow-wrap:anywhere}
.sign{width:.72rem;height:.72rem;flex:none;background:var(--c);clip-path:circle(46%)}
.s0{--c:var(--s0)}.s1{--c:var(--s1);clip-path:polygon(50% 0,88% 50%,50% 100%,12% 50%)}.s2{--c:var(--s2);clip-path:polygon(50% 4%,100% 92%,0 92%)}
.s3{--c:var(--s3);clip-path:inset(8%)}.s4{--c:var(--s4);clip-path:polygon(34% 0,66% 0,66% 34%,100% 34%,100% 66%,66% 66%,66% 100%,34% 100%,34% 66%,0 66%,0 34%,34% 34%)}
.s5{--c:var(--s5);clip-path:polygon(50% 0,62% 36%,100% 38%,69% 60%,81% 100%,50% 76%,19% 100%,31% 60%,0 38%,38% 36%)}
.key.s3-text{color:var(--s3)}.key.quiet{color:var(--quiet)}.key.accent{color:var(--accent)}.key.wrong{color:var(--wrong)}
.numbers{font:.87rem/1.5 var(--sans);margin:.5rem 0 1rem}
.numbers>summary,.facts summary{cursor:pointer;color:var(--link);width:fit-content;padding:.25rem 0}
.numbers[open]>summary{margin-bottom:.6rem}
.numbers .scroll{max-height:26rem;overflow-y:auto}
.numbers h3{font:600 .95rem/1.4 var(--sans);margin:1.4rem 0 .4rem}
.tags td small{display:inline-block;min-width:3.6rem;color:var(--muted)}
.bar{display:inline-block;min-width:11rem;padding:.1rem .35rem .05rem 0;text-align:right;
background:linear-gradient(var(--muted),var(--muted)) calc(var(--c)*100%) 0/1px 100% no-repeat,linear-gradient(var(--shade),var(--shade)) 0 0/calc(var(--v)*100%) 100% no-repeat}
.tags{margin-top:1.2rem}.tags h3{margin-top:1rem}
.command{display:flex;gap:.8rem;align-items:flex-start;background:var(--panel);border-radius:5px;padding:.8rem .9rem;margin:0 0 1.4rem;max-width:54rem}
.command span{white-space:nowrap}.command pre{margin:0;flex:1;min-width:0;white-space:pre-wrap;overflow-wrap:anywhere;line-height:1.55}
.facts{font:.87rem/1.5 var(--sans);margin:0 0 1rem;max-width:50rem}
.facts div{display:grid;grid-template-columns:9.5rem minmax(0,1fr);gap:0 1rem;padding:.35rem 0;border-top:1px solid var(--grid)}
.facts dt{color:var(--muted)}.facts dd{margin:0;overflow-wrap:anywhere}
@media (max-width:40rem){.facts div{grid-template-columns:minmax(0,1fr)}.command{flex-direction:column}}
.manifest{background:var(--panel);border-radius:5px;padding:.9rem;overflow:auto;max-height:30rem;line-height:1.45}
`;
