/** HTML put together from templates in which every value is escaped unless it is markup already. */

import { visible } from '../format.ts';

/** A piece of HTML. Only `html` and `trusted` make one. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toString(): string {
    return this.text;
  }
}

/** What a template may hold: text and numbers are escaped, lists joined, `false`, `null` and `undefined` left out. */
export type Part = Markup | string | number | false | null | undefined | readonly Part[];

/** `` html`<p>${text}</p>` ``: markup whose values show as the text that they are. */
export function html(literals: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  let text = literals[0]!;
  for (const [k, part] of parts.entries()) text += rendered(part) + literals[k + 1]!;
  return new Markup(text);
}

/** Markup that was made by us: drawings, styles. Never of data. */
export function trusted(text: string): Markup {
  return new Markup(text);
}

/** Text for element contents and quoted attributes. Control and direction characters are shown, not obeyed. */
export function escapeHtml(text: string): string {
  return visible(text).replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}

/** JSON for a `<script>` block: no `<`, so that nothing in it can end the block or open a comment. */
export function scriptJson(value: unknown): Markup {
  const text = JSON.stringify(value).replace(
    /[<\u2028\u2029]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return new Markup(text);
}

function rendered(part: Part): string {
  if (part === false || part === null || part === undefined) return '';
  if (part instanceof Markup) return part.text;
  if (typeof part === 'object') return part.map(rendered).join('');
  return escapeHtml(`${part}`);
}
