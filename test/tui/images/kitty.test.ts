/** The kitty graphics protocol: what is sent, what is read, and who may be asked. */
import { PassThrough } from 'node:stream';
import { inflateSync } from 'node:zlib';
import { renderToString, Text } from 'ink';
import { createElement } from 'react';
import { describe, expect, test } from 'vitest';
import { makeGraphics, openGraphics } from '../../../tui/images/graphics.ts';
import {
  deletion,
  placeholderRows,
  readSupport,
  SUPPORT_QUERY,
  transmission,
} from '../../../tui/images/kitty.ts';
import { width } from '../../../tui/text.ts';

const APC = '\u001b_G';
const END = '\u001b\\';

function noisy(side: number) {
  let state = 1;
  const data = Uint8Array.from({ length: side * side * 3 }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  });
  return { width: side, height: side, data };
}

describe('sending', () => {
  test('an image is cut into pieces that a terminal takes, and comes out whole', () => {
    const image = noisy(64);
    const text = transmission(77, image, { columns: 10, rows: 5 });
    const pieces = text.split(END).filter((piece) => piece !== '');
    expect(pieces.length).toBeGreaterThan(1);
    const parts = pieces.map((piece) => /^_G([^;]*);(.*)$/s.exec(piece.slice(1))!);
    expect(parts[0]![1]).toBe('a=T,U=1,q=2,i=77,f=24,o=z,s=64,v=64,c=10,r=5,m=1');
    expect(parts.slice(1).map(([, control]) => control)).toEqual([
      ...new Array(parts.length - 2).fill('m=1'),
      'm=0',
    ]);
    for (const [, , data] of parts) expect(data!.length).toBeLessThanOrEqual(4096);
    const data = Buffer.from(parts.map(([, , piece]) => piece).join(''), 'base64');
    expect(new Uint8Array(inflateSync(data))).toEqual(image.data);
  });

  test('placeholders carry the number as their colour, row and column as marks', () => {
    const rows = placeholderRows(0x010203, { columns: 2, rows: 2 });
    expect(rows[1]).toBe('\u001b[38;2;1;2;3m\u{10EEEE}\u030d\u0305\u{10EEEE}\u030d\u030d\u001b[39m');
    expect(rows.map(width)).toEqual([2, 2]);
  });

  test('they come through Ink unchanged and with their width', () => {
    const [row] = placeholderRows(70_000, { columns: 3, rows: 1 });
    const drawn = renderToString(createElement(Text, { wrap: 'truncate-end' }, `${row}|`), { columns: 10 });
    expect(drawn).toContain('\u001b[38;2;1;17;112m');
    expect([...drawn].filter((char) => char === '\u{10EEEE}')).toHaveLength(3);
    expect(width(drawn)).toBe(4);
  });
});

describe('the terminal’s memory', () => {
  const collect = () => {
    const written: string[] = [];
    return { written, graphics: makeGraphics({ write: (text) => written.push(text) }) };
  };

  test('an image is sent when first held, and deleted when nobody holds it', () => {
    const { written, graphics } = collect();
    const image = noisy(4);
    const placement = graphics.place(image, { columns: 4, rows: 2 })!;
    expect(written).toEqual([]);
    expect(graphics.place(image, { columns: 4, rows: 2 })).toBe(placement);
    graphics.hold(placement);
    graphics.hold(placement);
    expect(written).toHaveLength(1);
    graphics.release(placement);
    expect(written).toHaveLength(1);
    graphics.release(placement);
    expect(written.at(-1)).toBe(deletion(placement.id));
    graphics.hold(placement);
    expect(written).toHaveLength(3);
    graphics.clear();
    expect(written.at(-1)).toBe(deletion(placement.id));
    graphics.clear();
    expect(written).toHaveLength(4);
  });

  test('another size is another placement; what has no numbers is not placed', () => {
    const { graphics } = collect();
    const image = noisy(4);
    const a = graphics.place(image, { columns: 4, rows: 2 })!;
    expect(graphics.place(image, { columns: 6, rows: 3 })!.id).not.toBe(a.id);
    expect(graphics.place(image, { columns: 400, rows: 3 })).toBeUndefined();
  });

  test('a photograph is sent with no more pixels than its cells can show', () => {
    const { written, graphics } = collect();
    graphics.hold(graphics.place(noisy(600), { columns: 20, rows: 10 })!);
    expect(written[0]).toContain('s=240,v=240');
  });
});

describe('asking', () => {
  /** A terminal that answers the query; what it is sent is kept. */
  function terminal(answer: string | undefined) {
    const stdin = Object.assign(new PassThrough(), {
      isTTY: true,
      isRaw: false,
      setRawMode(mode: boolean) {
        stdin.isRaw = mode;
        return stdin;
      },
    });
    const sent: string[] = [];
    const stdout = {
      write(text: string) {
        sent.push(text);
        if (answer !== undefined) stdin.write(answer);
      },
    };
    return { stdin: stdin as unknown as NodeJS.ReadStream, stdout, sent };
  }
  const ask = (answer: string | undefined, env: Record<string, string> = {}) => {
    const { stdin, stdout, sent } = terminal(answer);
    return openGraphics({ stdin, stdout, env: { TERM: 'xterm-kitty', ...env } }).then((graphics) => ({
      graphics,
      sent,
      stdin,
    }));
  };

  test('a terminal that confirms has graphics, and its answers reach no key', async () => {
    const { graphics, sent, stdin } = await ask(`${APC}i=31;OK${END}\u001b[?62;c`);
    expect(graphics).toBeDefined();
    expect(sent).toEqual([SUPPORT_QUERY]);
    expect([stdin.isRaw, stdin.readableLength]).toEqual([false, 0]);
  });

  test('one that answers the second question alone has none', async () => {
    expect((await ask('\u001b[?1;2c')).graphics).toBeUndefined();
  });

  test('one that is silent has none, after a moment', async () => {
    expect((await ask(undefined)).graphics).toBeUndefined();
  });

  test.each([{ TMUX: '/tmp/tmux' }, { STY: '1' }, { TERM: 'dumb' }, { NO_COLOR: '1' }])(
    'with %o nobody is asked',
    async (env) => {
      const { graphics, sent } = await ask(`${APC}i=31;OK${END}\u001b[?62;c`, env);
      expect([graphics, sent]).toEqual([undefined, []]);
    },
  );

  test('answers are read in pieces', () => {
    expect(readSupport('')).toBeUndefined();
    expect(readSupport(`${APC}i=31;O`)).toBeUndefined();
    expect(readSupport(`${APC}i=31;OK${END}`)).toBe(true);
    expect(readSupport(`${APC}i=31;ENOTSUP${END}\u001b[?6c`)).toBe(false);
  });
});
