/** Requests to the Hub: the token goes to no other host, and what may pass is tried again. */

import { setTimeout as sleep } from 'node:timers/promises';
import { HubError } from '../errors.ts';
import { causeCode, networkError, type Purpose, statusError } from './failures.ts';
import type { HubRef } from './hub-ref.ts';
import type { HubSettings } from './hub-settings.ts';
import { packageVersion } from './package-root.ts';

/** A pause before a request is made again. */
export interface Retry {
  /** Why, e.g. `status 503`. */
  reason: string;
  seconds: number;
}

export interface RequestOptions {
  ref: HubRef;
  file?: string;
  headers?: Readonly<Record<string, string>>;
  signal?: AbortSignal;
  /** Reads the whole body, so that a cut in it is tried again too. */
  whole?: boolean;
}

const MAX_REDIRECTS = 10;
/** Whoever is told to wait for longer than this gives up instead, seconds. */
const MAX_WAIT = 120;
const RETRIED = new Set([408, 429, 500, 502, 503, 504, 520, 522, 524]);
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

export class HubConnection {
  readonly settings: HubSettings;
  readonly #onRetry: (retry: Retry) => void;
  /** A server that was never reached is not waited for. */
  #reached = false;

  constructor(settings: HubSettings, onRetry: (retry: Retry) => void = () => {}) {
    this.settings = settings;
    this.#onRetry = onRetry;
  }

  /**
   * The answer to a GET request that succeeded, or that asked for a range beyond the end (416). The body may still be
   * cut, unless `whole`.
   * @throws HubError for every other end; the signal's reason where it is aborted.
   */
  async get(url: string, options: RequestOptions): Promise<Response> {
    const { attempts } = this.settings.retry;
    for (let attempt = 1; ; attempt++) {
      const { response, failure, reason, wait } = await this.#once(url, options);
      if (response) return response;
      if (reason === undefined || attempt >= attempts || (wait ?? 0) > MAX_WAIT) throw failure;
      await this.pause(reason, attempt, options.signal, wait);
    }
  }

  /** Waits before the next try: as long as the server says, else twice as long as before. */
  async pause(reason: string, attempt: number, signal?: AbortSignal, told?: number): Promise<void> {
    const { firstMs } = this.settings.retry;
    const seconds = told ?? (firstMs * 2 ** (attempt - 1)) / 1000;
    this.#onRetry({ reason, seconds });
    await sleep(seconds * 1000, undefined, signal ? { signal } : {}).catch((error) => {
      throw signal?.aborted ? signal.reason : error;
    });
  }

  /** One try: an answer, or a failure with the reason to try again, if there is one. */
  async #once(
    url: string,
    options: RequestOptions,
  ): Promise<
    | { response: Response; failure?: never; reason?: never; wait?: never }
    | { response?: never; failure: HubError; reason?: string; wait?: number | undefined }
  > {
    const { endpoint, token } = this.settings;
    const purpose: Purpose = { endpoint, hasToken: token !== undefined, ...options };
    let answer: { response: Response; foreign: boolean };
    try {
      answer = await this.#follow(url, options);
    } catch (error) {
      if (options.signal?.aborted) throw options.signal.reason;
      if (error instanceof HubError) throw error;
      const failure = networkError(error, new URL(endpoint).host);
      return this.#reached || !/^(unknown|ENOTFOUND|ECONNREFUSED|.*CERT.*|ERR_TLS.*)$/.test(causeCode(error))
        ? { failure, reason: failure.parts.what }
        : { failure };
    }
    const { response, foreign } = answer;
    this.#reached = true;
    const { status } = response;
    if (response.ok || status === 416) return { response };
    await response.body?.cancel();
    if (foreign) {
      // A host that only stores files: its addresses are good for a while, so a new one is asked for.
      const what = 'the host that stores the files does not give one';
      const got = `status ${status}`;
      const fix = 'Run this again: it goes on where it stopped.';
      const parts = { what, where: options.file ?? options.ref.repo, got, fix };
      return { failure: new HubError('server', parts), reason: got, wait: waitOf(response) };
    }
    const failure = this.#redacted(statusError(response, purpose));
    return RETRIED.has(status)
      ? { failure, reason: `status ${status}`, wait: waitOf(response) }
      : { failure };
  }

  /** Follows redirects by hand: only the Hub itself gets the token. */
  async #follow(start: string, { headers, signal, whole }: RequestOptions) {
    const { endpoint, token, stallMs } = this.settings;
    const home = new URL(endpoint).origin;
    let url = new URL(start);
    for (let hops = 0; hops <= MAX_REDIRECTS; hops++) {
      const own = url.origin === home;
      const stall = new AbortController();
      const timer = setTimeout(
        () => stall.abort(Object.assign(new Error('silent'), { code: 'STALL' })),
        stallMs,
      );
      try {
        const response = await fetch(url, {
          redirect: 'manual',
          headers: {
            'User-Agent': `winoscope/${packageVersion()}`,
            ...headers,
            ...(own && token && { Authorization: `Bearer ${token.reveal()}` }),
          },
          signal: signal ? AbortSignal.any([signal, stall.signal]) : stall.signal,
        });
        const location = REDIRECTS.has(response.status) ? response.headers.get('location') : null;
        if (location === null) {
          if (!whole) return { response, foreign: !own };
          const { status, headers: received } = response;
          return {
            response: new Response(await response.text(), { status, headers: received }),
            foreign: !own,
          };
        }
        await response.body?.cancel();
        url = redirectTarget(location, url);
      } finally {
        clearTimeout(timer);
      }
    }
    throw new HubError('server', {
      what: 'the Hub sends from one address to the next',
      where: start,
      got: `more than ${MAX_REDIRECTS} redirects`,
    });
  }

  #redacted(error: HubError): HubError {
    const { token } = this.settings;
    if (!token) return error;
    const parts = Object.entries(error.parts).map(([name, text]) => [name, token.redact(String(text))]);
    return new HubError(error.failure, Object.fromEntries(parts));
  }
}

function redirectTarget(location: string, from: URL): URL {
  const url = URL.canParse(location, from.href) ? new URL(location, from) : undefined;
  const downgrade = from.protocol === 'https:' && url?.protocol === 'http:';
  if (url && /^https?:$/.test(url.protocol) && !downgrade) return url;
  throw new HubError('server', {
    what: 'the Hub sends to an address that cannot be followed',
    where: `${from.origin}${from.pathname}`,
    got: url ? `${url.protocol}//${url.host}` : 'no address',
  });
}

/** Seconds that a server asks to be left alone: `Retry-After` in seconds or as a date, or the Hub's `RateLimit`. */
function waitOf({ headers }: Response): number | undefined {
  const after = headers.get('retry-after');
  if (after !== null) {
    const seconds = /^\s*\d+(\.\d+)?\s*$/.test(after)
      ? Number(after)
      : (Date.parse(after) - Date.now()) / 1000;
    if (Number.isFinite(seconds)) return Math.max(0, seconds);
  }
  const limit = /r=0\s*;\s*t=(\d+)/.exec(headers.get('ratelimit') ?? '');
  return limit ? Number(limit[1]) : undefined;
}
