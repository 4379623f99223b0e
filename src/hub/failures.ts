/** What the Hub answers and what the network does, each as its own sentence. */

import { HubError, messageOf } from '../errors.ts';
import { type HubRef, repoUrl } from './hub-ref.ts';

/** What a request was for. */
export interface Purpose {
  endpoint: string;
  ref: HubRef;
  /** Of the repository; absent for the repository itself. */
  file?: string;
  hasToken: boolean;
}

const SET_TOKEN =
  'set HF_TOKEN to a token from https://huggingface.co/settings/tokens, or run `hf auth login` (Python)';

/**
 * The failure that an answer of the Hub means. Statuses alone do not tell a missing repository from a closed one, so
 * `X-Error-Code` is read as well, as `hf_raise_for_status` of Python's huggingface_hub does.
 */
export function statusError(response: Response, purpose: Purpose): HubError {
  const { endpoint, ref, file, hasToken } = purpose;
  const code = response.headers.get('x-error-code') ?? '';
  const message = response.headers.get('x-error-message') ?? '';
  const url = repoUrl(endpoint, ref);
  const got = `status ${response.status}${message ? `, "${message}"` : ''}`;
  const { status } = response;
  if (status === 401 && hasToken && /credentials|password|token/i.test(message)) {
    return new HubError('auth', {
      what: 'the Hub does not accept the token',
      where: url,
      got,
      fix: `Replace it: ${SET_TOKEN}.`,
    });
  }
  if (code === 'GatedRepo' || (status === 403 && /gated|restricted|authorized list/i.test(message))) {
    return new HubError(
      hasToken ? 'gated' : 'auth',
      hasToken
        ? {
            what: `this ${ref.type} is gated and its terms were not accepted by the token's account`,
            where: url,
            got,
            fix: `Accept the terms at ${url} with that account, then run this again.`,
          }
        : {
            what: `this ${ref.type} is gated and no token was sent`,
            where: url,
            got,
            fix: `Accept the terms at ${url}, then ${SET_TOKEN}.`,
          },
    );
  }
  if (code === 'RevisionNotFound') {
    return new HubError('not-found', {
      what: `the ${ref.type} has no revision "${ref.revision}"`,
      where: url,
      got,
      fix: `See ${url}/tree/main for its branches and tags.`,
    });
  }
  if (code === 'EntryNotFound' || (status === 404 && file !== undefined && code !== 'RepoNotFound')) {
    return new HubError('not-found', {
      what: `the ${ref.type} has no file "${file ?? ''}"`,
      where: `${url} at ${ref.revision}`,
      got,
    });
  }
  if (code === 'RepoNotFound' || status === 401 || status === 404) return missing(purpose, url, got);
  if (status === 403) {
    return new HubError('auth', {
      what: hasToken ? 'the token may not read this repository' : 'the Hub refuses access without a token',
      where: url,
      got,
      fix: hasToken
        ? 'Give the token read access to it (a fine-grained token lists its repositories), or use another.'
        : `If you have access, ${SET_TOKEN}.`,
    });
  }
  if (status === 429) {
    return new HubError('busy', {
      what: 'the Hub takes no more requests from here for now',
      where: url,
      got,
      fix: `Try again later; what was downloaded is kept.${hasToken ? '' : ` Accounts have a higher limit: ${SET_TOKEN}.`}`,
    });
  }
  return new HubError('server', {
    what: status >= 500 ? 'the Hub has a fault of its own' : 'the Hub refuses the request',
    where: file === undefined ? url : `${url}, ${file}`,
    got,
    fix: 'Try again later; what was downloaded is kept.',
  });
}

function missing({ ref, hasToken }: Purpose, url: string, got: string): HubError {
  const other = ref.type === 'model' ? 'dataset' : 'model';
  return new HubError('not-found', {
    what: `the Hub has no ${ref.type} "${ref.repo}"${hasToken ? ' that the token may see' : ', or it is private'}`,
    where: url,
    got,
    fix: `Check the spelling and that it is no ${other}.${hasToken ? '' : ` If it is private or gated, ${SET_TOKEN}.`}`,
  });
}

/** Names of failures of Node's fetch, with what they mean. */
const CAUSES: readonly [pattern: RegExp, what: string, fix: string][] = [
  [/ENOTFOUND|EAI_/, 'the name of the Hub cannot be resolved', 'Check the network connection'],
  [/ECONNREFUSED/, 'the Hub refuses the connection', 'Check the address and the network connection'],
  [/TIMEOUT|ETIMEDOUT|STALL/, 'the Hub does not answer', 'Check the network connection'],
  [
    /CERT|TLS|SSL|SELF_SIGNED/,
    "the Hub's certificate is not trusted",
    'Name your CA with NODE_EXTRA_CA_CERTS',
  ],
  [/ENETUNREACH|EHOSTUNREACH|ENETDOWN/, 'there is no network', 'Check the network connection'],
];

/** The code of what made fetch fail, such as `ECONNREFUSED`; `unknown` where it has none. */
export function causeCode(error: unknown): string {
  for (let at = error; at instanceof Error; at = at.cause) {
    const { code } = at as NodeJS.ErrnoException;
    if (typeof code === 'string' && code !== '') return code;
  }
  return 'unknown';
}

/** The failure that an exception of Node's fetch means. */
export function networkError(error: unknown, host: string): HubError {
  const code = causeCode(error);
  const [, what, fix] = CAUSES.find(([pattern]) => pattern.test(code)) ?? [
    undefined,
    code === 'unknown' ? 'the Hub cannot be reached' : 'the connection to the Hub was cut',
    code === 'unknown' ? 'Check HF_ENDPOINT' : 'Run this again: it goes on where it stopped',
  ];
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const proxy = proxyHint();
  return new HubError('network', {
    what,
    where: host,
    got: code === 'unknown' ? messageOf(cause) : code,
    fix: `${fix}.${proxy ? ` ${proxy}` : ' With the files in the cache, --offline needs none.'}`,
    cause: error,
  });
}

/** Node's fetch passes proxies by unless told otherwise. */
function proxyHint(env = process.env): string | undefined {
  if (!(env.HTTPS_PROXY || env.https_proxy) || env.NODE_USE_ENV_PROXY) return undefined;
  return 'HTTPS_PROXY is set, but Node 24 uses it only with NODE_USE_ENV_PROXY=1.';
}
