/** Text as other languages show it as it is: names, tags and captions are data. */

import { visible } from './format.ts';

/** Text that Markdown shows as it is. */
export function escapeMarkdown(text: string): string {
  return visible(text).replace(/[\\|`*_<>[\]#]/g, (char) => `\\${char}`);
}

/** What LaTeX reads as commands, and signs that pdfLaTeX does not know without packages. */
const LATEX: Record<string, string> = {
  '\\': '\\textbackslash{}',
  '{': '\\{',
  '}': '\\}',
  $: '\\$',
  '&': '\\&',
  '#': '\\#',
  '%': '\\%',
  _: '\\_',
  '^': '\\textasciicircum{}',
  '~': '\\textasciitilde{}',
  '<': '\\textless{}',
  '>': '\\textgreater{}',
  '|': '\\textbar{}',
  '"': '\\textquotedbl{}',
  "'": '\\textquotesingle{}',
  '`': '\\textasciigrave{}',
  '−': '$-$',
  '–': '--',
  '—': '---',
  '×': '$\\times$',
  '·': '$\\cdot$',
  '→': '$\\rightarrow$',
  '√': '$\\surd$',
  '∅': '$\\emptyset$',
  '≤': '$\\le$',
  '≥': '$\\ge$',
  ε: '$\\varepsilon$',
  α: '$\\alpha$',
  '…': '\\ldots{}',
};

/** Text that LaTeX sets as it is. Letters that are not Latin need LuaLaTeX or XeLaTeX; see `needsUnicodeLatex`. */
export function escapeLatex(text: string): string {
  return [...visible(text)].map((char) => LATEX[char] ?? char).join('');
}

/** Whether a LaTeX text has signs that pdfLaTeX does not know. */
export function needsUnicodeLatex(text: string): boolean {
  return [...text].some((char) => char.charCodeAt(0) > 0x17f && !/[\u2018-\u201f]/.test(char));
}
