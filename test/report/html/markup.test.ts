import fc from 'fast-check';
import { parseHTML } from 'linkedom';
import { expect, test } from 'vitest';
import { escapeHtml, html, scriptJson, trusted } from '../../../src/report/html/markup.ts';

test('values of a template show as the text that they are, markup stays markup', () => {
  const name = `<b onclick="x('y')">&amp;</b>`;
  const text =
    html`<p title="${name}">${name}, ${3}, ${[html`<i>${'<'}</i>`, trusted('<br>')]}${false}${undefined}${null}</p>`
      .text;
  const { document } = parseHTML(`<html><body>${text}</body></html>`);
  const paragraph = document.querySelector('p')!;
  expect(paragraph.getAttribute('title')).toBe(name);
  expect(paragraph.textContent).toBe(`${name}, 3, <`);
  expect([...paragraph.children].map(({ localName }) => localName)).toEqual(['i', 'br']);
});

test('escaped text never opens or ends anything', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(escapeHtml(text)).toMatch(/^(?:[^<>"'&]|&#\d+;)*$/);
    }),
  );
});

test('control and direction characters are shown, not obeyed', () => {
  expect(escapeHtml('a\u202eb\u0007')).toBe('a\\u202eb\\u0007');
});

test('data in a script block reads back the same and cannot end the block', () => {
  fc.assert(
    fc.property(fc.anything({ withDate: false, maxDepth: 2 }), (anything) => {
      const value = JSON.parse(JSON.stringify({ anything, text: '</script><!--<script>\u2028' })) as unknown;
      const { text } = scriptJson(value);
      expect(text).not.toMatch(/[<\u2028\u2029]/);
      expect(JSON.parse(text)).toEqual(value);
    }),
  );
});
