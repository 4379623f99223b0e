import { inspect } from 'node:util';

/** A token. Whatever prints or stores it gets `[token]`; only `reveal` gives it away. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The value, for the one header that carries it. */
  reveal(): string {
    return this.#value;
  }

  /** A text of foreign origin, without the value: servers repeat what they were sent. */
  redact(text: string): string {
    return text.replaceAll(this.#value, '[token]');
  }

  toString(): string {
    return '[token]';
  }

  toJSON(): string {
    return '[token]';
  }

  [inspect.custom](): string {
    return '[token]';
  }
}
