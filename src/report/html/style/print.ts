import { light } from './colors.ts';

/** On paper: black on white, nothing to press, no example torn in two. */
export const print = `
@page{margin:18mm 16mm}
@media print{
:root:root:root{color-scheme:light;${light}--paper:#fff}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}
html{font-size:9.5pt}
body{font-size:1.08rem}
.layout{display:block;max-width:none;padding:0}
.top,main,footer,p,figcaption{max-width:none}
.contents,.skip,.filters,.pager,.copy,#theme{display:none!important}
.wide{display:block!important}.narrow{display:none!important}
section{margin-top:7mm;padding-top:5mm}
h2,h3,caption,.legend{break-after:avoid}
figure,.example,.matrix,tr,.panel{break-inside:avoid}
.scroll{overflow:visible;max-height:none!important}
.numbers:not([open]){display:none}
.manifest{max-height:none;white-space:pre-wrap;overflow-wrap:anywhere}
.view{width:32mm}
a{color:inherit;text-decoration:none}
}
`;
