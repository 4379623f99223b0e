/** Hostile variants of sound files: bytes turned, cut, repeated and spliced, and JSON with another value somewhere in it. */

import fc from 'fast-check';
import { Random } from '../../src/stats/random.ts';

/** Draws variants; the same seed draws the same ones. */
export class Mutator {
  readonly #random: Random;
  readonly #values: unknown[];
  #next = 0;

  constructor(seed: number) {
    this.#random = new Random(seed);
    this.#values = fc.sample(VALUE, { seed, numRuns: 400 });
  }

  /** A whole number from 0 up to `count`, exclusive. */
  below(count: number): number {
    return this.#random.below(Math.max(1, count));
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }

  /** Any JSON value, odd ones more often than not. */
  value(): unknown {
    return this.below(3) === 0 ? this.#values[this.#next++ % this.#values.length] : this.pick(ODD_VALUES)();
  }

  /** One to four changes to the bytes; `corpus` gives pieces to splice in. */
  bytes(from: Uint8Array, corpus: readonly Uint8Array[]): Buffer {
    let bytes = Buffer.from(from);
    for (let k = 1 + this.below(4); k > 0; k--) bytes = this.#change(bytes, corpus);
    return bytes;
  }

  /** A few bits turned, and nothing else: what is read by lengths stays readable for longer. */
  flips(from: Uint8Array): Buffer {
    const copy = Buffer.from(from);
    for (let k = 1 + this.below(4); k > 0 && copy.length > 0; k--)
      copy[this.below(copy.length)]! ^= 1 << this.below(8);
    return copy;
  }

  /** As `bytes`; of JSON, most often a value or key within it is another one. */
  text(from: Uint8Array, corpus: readonly Uint8Array[]): Buffer {
    if (this.below(3) === 0) return this.bytes(from, corpus);
    const text = Buffer.from(from).toString('utf8');
    const lines = text.trimEnd().split('\n');
    // A file of lines has one of them changed.
    const whole = parsed(text);
    if (whole !== undefined) return Buffer.from(this.#json(whole));
    const k = this.below(lines.length);
    const line = parsed(lines[k]!);
    if (line === undefined) return this.#wording(from, corpus);
    lines[k] = this.#json(line);
    return Buffer.from(`${lines.join(this.pick(['\n', '\r\n']))}\n`);
  }

  #wording(from: Uint8Array, corpus: readonly Uint8Array[]): Buffer {
    const text = Buffer.from(from).toString('utf8');
    const words = text.split(/(?<=[\s,:"{}[\]])/);
    const at = this.below(words.length);
    const put = this.pick(ODD_WORDS);
    if (this.below(4) === 0) return this.bytes(from, corpus);
    return Buffer.from([...words.slice(0, at), put, ...words.slice(at + this.below(3))].join(''));
  }

  #json(value: unknown): string {
    const places: [object, string][] = [];
    const visit = (node: unknown, depth: number) => {
      if (typeof node !== 'object' || node === null || depth > 12) return;
      for (const key of Object.keys(node).slice(0, 200)) {
        places.push([node, key]);
        visit((node as Record<string, unknown>)[key], depth + 1);
      }
    };
    visit(value, 0);
    if (places.length === 0) return JSON.stringify(this.value()) ?? 'null';
    const [node, key] = this.pick(places) as [Record<string, unknown>, string];
    switch (this.below(6)) {
      case 0:
        delete node[key];
        return JSON.stringify(value);
      case 1:
        // The same key again, and one that reaches for the prototype.
        return JSON.stringify(value).replace(
          '{',
          `{"${key}":${JSON.stringify(this.value()) ?? 'null'},"__proto__":{"polluted":1},`,
        );
      case 2:
        return JSON.stringify(value).replaceAll(/-?\d+(\.\d+)?/g, (found) =>
          this.below(8) === 0 ? this.pick(NUMBERS) : found,
        );
      default:
        node[key] = this.value();
        return JSON.stringify(value) ?? 'null';
    }
  }

  #change(bytes: Buffer, corpus: readonly Uint8Array[]): Buffer {
    const at = this.below(bytes.length);
    const insert = (piece: Uint8Array) => Buffer.concat([bytes.subarray(0, at), piece, bytes.subarray(at)]);
    switch (this.below(13)) {
      case 0:
        return bytes.subarray(0, at);
      case 1:
        return bytes.subarray(Math.min(at, 64));
      case 2: {
        const other = this.pick(corpus);
        const from = this.below(other.length);
        return Buffer.concat([bytes.subarray(0, at), other.subarray(from, from + this.below(4096))]);
      }
      case 3: {
        const end = Math.min(bytes.length, at + 1 + this.below(200));
        return Buffer.concat([
          bytes.subarray(0, end),
          ...new Array(1 + this.below(50)).fill(bytes.subarray(at, end)),
          bytes.subarray(end),
        ]);
      }
      case 4:
        return insert(Buffer.from([0]));
      case 5:
        return insert(
          Buffer.from(
            this.pick([
              [0xff, 0xfe],
              [0xc3, 0x28],
              [0xed, 0xa0, 0x80],
              [0xef, 0xbb, 0xbf],
            ]),
          ),
        );
      case 6:
        return Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytes]);
      case 7:
        return Buffer.from(
          bytes.toString('latin1').replaceAll('\n', this.pick(['\r\n', '\r', '\n\n'])),
          'latin1',
        );
      case 8: {
        const copy = Buffer.from(bytes);
        copy.fill(this.pick([0, 0xff, 0x7f, 0x80]), at, Math.min(copy.length, at + this.pick([1, 2, 4, 8])));
        return copy;
      }
      case 9:
        return insert(Buffer.from(this.pick(ODD_WORDS)));
      default: {
        return this.flips(bytes);
      }
    }
  }
}

const VALUE = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.double(),
  fc.integer(),
  fc.array(fc.array(fc.integer(), { maxLength: 4 }), { maxLength: 6 }),
);

const NUMBERS = ['1e999', '-1', '0', '4294967296', '9007199254740993', '1e-320', '-0', '0.5', '1e9', '1e15'];
const deep = (open: string, close: string, depth: number) => open.repeat(depth) + close.repeat(depth);

const ODD_VALUES: readonly (() => unknown)[] = [
  () => null,
  () => -1,
  () => 0,
  () => 1.5,
  () => 1e300,
  () => 2 ** 53,
  () => 2 ** 31,
  () => 1e9,
  () => '',
  () => ' ',
  () => '../../../etc/passwd',
  () => '/etc/passwd',
  () => 'C:\\Windows\\win.ini',
  () => 'a\u0000b',
  () => '\ud800',
  () => '\u001b]52;c;aGFjaw==\u0007',
  () => '\u202egnp.exe',
  () => '$(touch canary)`touch canary`',
  () => "';process.exit(7)//",
  () => 'x'.repeat(100_000),
  () => '(a+)+$',
  () => [],
  () => ({}),
  () => [[]],
  () => [null],
  () => JSON.parse(deep('[', ']', 500)) as unknown,
  () => JSON.parse('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}') as unknown,
  () => true,
  () => Array.from({ length: 2000 }, (_, k) => k),
];

const ODD_WORDS = [
  '__proto__',
  'constructor',
  'toString',
  '&a [*a,*a]',
  '<<: *a',
  "!!js/function \"function(){require('fs').writeFileSync('canary','')}\"",
  '!!binary x',
  '!<tag:yaml.org,2002:python/object/apply:os.system> [touch canary]',
  '"',
  "'",
  '""',
  ',,,,',
  '\t',
  '\r',
  '\u2028',
  '\u001b[2J',
  '\u202e',
  'NaN',
  'Infinity',
  '1e999',
  '-9223372036854775808',
  '..',
  '../../',
  'null',
  '{}',
  '[]',
  '---\n',
  '...\n',
  '%YAML 9.9\n---\n',
  '? ',
  '- - - - -',
  '🏳️‍🌈',
  deep('[', ']', 3000),
  deep('{"a":', '}', 800),
];

function parsed(text: string): unknown {
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
