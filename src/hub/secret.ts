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

/** What the Hub's tokens look like. */
const TOKEN = /\bhf_[A-Za-z0-9]{16,}/g;

/**
 * A text that other programs wrote, or that a user typed, without tokens: neither those of the environment nor what looks
 * like one. Other programs are started with the user's environment and may print it when they fail.
 */
export function withoutTokens(
  text: string,
  env: Readonly<Record<string, string | undefined>> = process.env,
): string {
  const known = [env.HF_TOKEN, env.HUGGING_FACE_HUB_TOKEN].map((value) => value?.trim()).filter(Boolean);
  return known
    .reduce<string>((rest, value) => rest.replaceAll(value!, '[token]'), text)
    .replaceAll(TOKEN, '[token]');
}
