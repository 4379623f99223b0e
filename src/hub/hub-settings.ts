/** The Hub's environment variables, read as Python's `huggingface_hub` reads them (its `constants.py`, `_auth.py`). */

import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { HubError, messageOf, UsageError } from '../errors.ts';
import { Secret } from './secret.ts';

/** How and whether the Hub is reached, and where its files are kept. */
export interface HubSettings {
  /** Scheme and host, without a slash at the end. */
  endpoint: string;
  /** The folder that holds `models--org--name` and so on. */
  cache: string;
  token?: Secret;
  /** No connection at all. */
  offline: boolean;
  /** Whether snapshots may be links to blobs. */
  symlinks: boolean;
  /** A connection that says nothing for so long counts as cut, milliseconds. */
  stallMs: number;
  /** Tries without any progress, and the wait after the first of them; it doubles. */
  retry: { attempts: number; firstMs: number };
}

type Environment = Readonly<Record<string, string | undefined>>;

const ENDPOINT = 'https://huggingface.co';
const STALL_SECONDS = 60;

/**
 * Reads HF_ENDPOINT, HF_TOKEN, HUGGING_FACE_HUB_TOKEN, HF_TOKEN_PATH, HF_HOME, HF_HUB_CACHE, HUGGINGFACE_HUB_CACHE,
 * XDG_CACHE_HOME, HF_HUB_OFFLINE (and TRANSFORMERS_OFFLINE), HF_HUB_DISABLE_SYMLINKS, HF_HUB_DISABLE_IMPLICIT_TOKEN
 * and HF_HUB_DOWNLOAD_TIMEOUT. An empty variable counts as unset.
 * @param offline asks for no connection, whatever the environment says.
 * @throws UsageError where HF_ENDPOINT is no address; HubError where a token cannot be one.
 */
export function hubSettings(
  { offline = false }: { offline?: boolean } = {},
  env: Environment = process.env,
): HubSettings {
  const folder = (name: string) => (env[name] ? resolve(expand(env[name], env)) : undefined);
  const home =
    folder('HF_HOME') ?? join(folder('XDG_CACHE_HOME') ?? join(homedir(), '.cache'), 'huggingface');
  const token = isTrue(env.HF_HUB_DISABLE_IMPLICIT_TOKEN)
    ? undefined
    : readToken(folder('HF_TOKEN_PATH') ?? join(home, 'token'), env);
  return {
    endpoint: endpointOf(env.HF_ENDPOINT || ENDPOINT),
    cache: folder('HF_HUB_CACHE') ?? folder('HUGGINGFACE_HUB_CACHE') ?? join(home, 'hub'),
    ...(token && { token }),
    offline: offline || isTrue(env.HF_HUB_OFFLINE || env.TRANSFORMERS_OFFLINE),
    symlinks: !isTrue(env.HF_HUB_DISABLE_SYMLINKS),
    stallMs: 1000 * (positive(env.HF_HUB_DOWNLOAD_TIMEOUT) ?? STALL_SECONDS),
    retry: { attempts: 6, firstMs: 500 },
  };
}

/** As `_is_true` of Python's constants. */
function isTrue(value: string | undefined): boolean {
  return ['1', 'ON', 'YES', 'TRUE'].includes(value?.toUpperCase() ?? '');
}

function positive(value: string | undefined): number | undefined {
  const number = Number(value);
  return number > 0 && Number.isFinite(number) ? number : undefined;
}

/** `~` and `$NAME`, as `os.path.expanduser` and `expandvars`. */
function expand(path: string, env: Environment): string {
  return path
    .replace(/^~(?=$|[/\\])/, homedir())
    .replace(/\$(?:\{(\w+)\}|(\w+))/g, (all, braced, bare) => env[braced ?? bare] ?? all);
}

function endpointOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password) {
    throw new UsageError({
      what: 'HF_ENDPOINT is not the address of a Hub',
      expected: `http:// or https:// and a host, such as ${ENDPOINT}`,
      got: url ? `${url.protocol}//${url.username ? '…@' : ''}${url.host}` : text,
    });
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}

function readToken(path: string, env: Environment): Secret | undefined {
  const given = env.HF_TOKEN || env.HUGGING_FACE_HUB_TOKEN;
  const value = (given ?? readTokenFile(path)).replaceAll(/[\r\n]/g, '').trim();
  if (value === '') return undefined;
  // The HTTP client would repeat a header that it refuses, token and all.
  if (!/^[\x21-\x7e]+$/.test(value)) {
    throw new HubError('auth', {
      what: 'the Hugging Face token holds characters that no token has',
      where: given ? (env.HF_TOKEN ? 'HF_TOKEN' : 'HUGGING_FACE_HUB_TOKEN') : path,
      expected: 'one word of letters and digits that begins with hf_',
    });
  }
  return new Secret(value);
}

function readTokenFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return '';
    throw new HubError('auth', {
      what: 'cannot read the Hugging Face token file',
      where: path,
      got: messageOf(error),
      fix: 'Mend the file, or set HF_TOKEN.',
      cause: error,
    });
  }
}
