/** Names of repositories on the Hub: `org/name`, `org/name@revision`, or a pasted address of one. */

import { UsageError } from '../errors.ts';

export type RepoType = 'model' | 'dataset';

/** A repository at a revision: a branch, tag, pull request (`refs/pr/1`) or commit. */
export interface HubRef {
  type: RepoType;
  /** `org/name`. */
  repo: string;
  revision: string;
}

/** What the Hub takes for an organisation or a name; `--` separates them in cache folders. */
const PART = /^(?!.*(?:--|\.\.))[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,94}[A-Za-z0-9_])?$/;
/** Git's rules, narrowed to what people use: a revision becomes a path in the cache. */
const REVISION = /^(?!.*(?:\.\.|\/\/|\/\.|\.lock(?:\/|$)))[A-Za-z0-9_][A-Za-z0-9._/+=@-]{0,199}(?<![/.])$/;
const COMMIT = /^[0-9a-f]{40}$/;

/** Whether a revision is a full commit, which never changes its meaning. */
export function isCommit(revision: string): boolean {
  return COMMIT.test(revision);
}

/** `org/name@revision`; what `parseHubRef` reads back. */
export function refText({ repo, revision }: Pick<HubRef, 'repo' | 'revision'>): string {
  return `${repo}@${revision}`;
}

/** Where people see the repository; for sentences, so without anything secret. */
export function repoUrl(endpoint: string, { type, repo }: HubRef): string {
  return `${endpoint}/${type === 'dataset' ? 'datasets/' : ''}${repo}`;
}

/**
 * Reads `org/name`, `org/name@revision` (`main` where there is none), `hf://…` or an address on the Hub, also of a
 * branch (`…/tree/REVISION`).
 * @param fallback the type where the text does not say.
 * @param endpoint whose addresses are understood, besides huggingface.co.
 * @returns undefined where the text has another form.
 * @throws UsageError where it has this form with a revision that cannot be one.
 */
export function parseHubRef(text: string, fallback: RepoType, endpoint?: string): HubRef | undefined {
  const hosts = ['hf://', 'https://huggingface.co/', 'https://hf.co/', ...(endpoint ? [`${endpoint}/`] : [])];
  const host = hosts.find((prefix) => text.startsWith(prefix));
  const path = (host ? text.slice(host.length) : text).replace(host ? /[?#].*$/ : /$^/, '');
  const [, dataset, org = '', rest = ''] = /^(datasets\/|models\/)?([^/@]+)\/(.+)$/.exec(path) ?? [];
  const [, name = '', at, tree] =
    /^([^/@]+)(?:@(.*)|\/(?:(?:tree|blob|resolve)\/([^/]+).*)?)?$/s.exec(rest) ?? [];
  if (!PART.test(org) || !PART.test(name) || name.endsWith('.git')) return undefined;
  const slash = rest.startsWith(`${name}/`);
  if (slash && !host) return undefined;
  const revision = at ?? (tree === undefined ? 'main' : tree.replaceAll('%2F', '/'));
  if (!REVISION.test(revision)) {
    throw new UsageError({
      what: 'that cannot be a revision',
      where: text,
      expected: 'ORG/NAME@REVISION with a branch, a tag or a commit',
      got: revision === '' ? 'nothing after the @' : revision,
    });
  }
  const type = dataset === 'datasets/' ? 'dataset' : dataset === 'models/' ? 'model' : fallback;
  return { type, repo: `${org}/${name}`, revision };
}
