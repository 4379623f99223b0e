/** A page as a file of its own: nothing in it is fetched from anywhere. */

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { html, type Part, trusted } from './markup.ts';
import type { Section } from './parts.ts';
import { style } from './style.ts';

/** The parts of the page's script, each after those it uses. */
const SCRIPTS = ['theme.js', 'copy.js', 'filter.js', 'drawing.js', 'card.js', 'gallery.js', 'main.js'];

export interface PageParts {
  /** Of the browser's tab, as text. */
  title: string;
  header: Part;
  /** Those that there is something to say in. */
  sections: readonly (Section | false)[];
  footer: Part;
}

/** The whole file. Its policy lets the browser fetch nothing, and run nothing but the script that is in it. */
export function page({ title, header, sections, footer }: PageParts): string {
  const found = sections.filter((part) => part !== false);
  const script = pageScript();
  const hash = createHash('sha256').update(script).digest('base64');
  const policy = `default-src 'none'; script-src 'sha256-${hash}'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'`;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${trusted(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="winoscope">
<link rel="icon" href="data:,">
<title>${title}</title>
<style>${trusted(style)}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the report</a>
<div class="layout">
<header class="top">
${header}
</header>
<nav class="contents" aria-label="Contents"><ol>${found.map(({ id, title }) => html`<li><a href="#${id}">${title}</a></li>`)}</ol>
<button type="button" id="theme" hidden>Dark</button></nav>
<main id="main" tabindex="-1">
${found.map(({ markup }) => markup)}
</main>
<footer>${footer}</footer>
</div>
<script>${trusted(script)}</script>
</body>
</html>
`.text;
}

/** The modules of `browser/` as one classic script: each has its names in one scope, so imports between them fall away. */
export function pageScript(): string {
  const folder = join(dirname(fileURLToPath(import.meta.url)), 'browser');
  const parts = SCRIPTS.map((name) =>
    readFileSync(join(folder, name), 'utf8')
      .replace(/^import .*?;\n/gms, '')
      .replace(/^export /gm, '')
      .replace(/\/\*\*[\s\S]*?\*\/\n?/g, '')
      .replace(/^\s*\/\/.*\n/gm, '')
      .trim(),
  );
  return `(() => {\n'use strict';\n${parts.join('\n')}\n})();\n`;
}
