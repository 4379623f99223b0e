/** `winoscope pull`: files of the Hub into the cache, verified. */

import { HubError, UsageError } from '../errors.ts';
import { type CheckResult, checkCache } from '../hub/check-cache.ts';
import { type HubRef, parseHubRef, refText } from '../hub/hub-ref.ts';
import { type HubSettings, hubSettings } from '../hub/hub-settings.ts';
import { type PullResult, pull } from '../hub/pull.ts';
import { folderPath, isEmbedded, isFolder } from '../hub/resolve-ref.ts';
import type { Wanted } from '../hub/select-files.ts';
import { visible } from '../report/format.ts';
import { bytesText, DownloadLines } from './download-lines.ts';
import { onInterrupt } from './interrupt.ts';
import { printJson } from './output.ts';
import type { PullFlags } from './pull-command.ts';

/** Carries out `winoscope pull`; see `docs/cli.md`. @throws WinoscopeError for what the user can mend. */
export async function pullRef(text: string, flags: PullFlags): Promise<void> {
  const settings = hubSettings({ offline: flags.offline ?? false });
  const ref = refOf(text, flags, settings);
  const wanted = wantedOf(ref, flags);
  const lines = new DownloadLines(process.stderr, { quiet: flags.quiet ?? false });
  const interrupt = onInterrupt();
  try {
    if (flags.check) {
      report(await runCheck({ ref, settings, lines, signal: interrupt.signal }), flags);
      return;
    }
    for await (const event of pull({ ref, wanted, signal: interrupt.signal }, settings)) {
      lines.show(event, ref);
      if (event.type === 'end') tell(event.result, flags);
    }
  } catch (error) {
    if (!interrupt.signal.aborted) throw error;
    lines.end();
    process.stderr.write(
      'winoscope: interrupted. What was downloaded is kept; run the same command again to go on.\n',
    );
    process.exitCode = interrupt.exitCode();
  } finally {
    lines.end();
    interrupt.dispose();
  }
}

function refOf(text: string, { type, revision }: PullFlags, { endpoint }: HubSettings): HubRef {
  const ref = parseHubRef(text, type, endpoint);
  if (!ref) {
    const folder = folderPath(text);
    throw new UsageError({
      what: 'that is no name on the Hub',
      where: text,
      expected: 'ORG/NAME or ORG/NAME@REVISION',
      ...(isEmbedded(text)
        ? { got: 'the model inside this package, which needs no pull' }
        : isFolder(folder) && { got: 'a folder, which needs no pull' }),
    });
  }
  if (revision === undefined) return ref;
  if (ref.revision !== 'main' && ref.revision !== revision) {
    throw new UsageError({
      what: 'two revisions',
      where: text,
      got: `--revision ${revision}`,
      fix: 'Leave one.',
    });
  }
  return parseHubRef(`${ref.repo}@${revision}`, ref.type)!;
}

function wantedOf({ type }: HubRef, { include, check }: PullFlags): Wanted {
  if (check && include) {
    throw new UsageError({ what: '--include has no use with --check', fix: 'All cached files are checked.' });
  }
  if (include) return { what: 'matching', globs: include };
  return { what: type === 'dataset' ? 'everything' : 'model' };
}

function tell({ ref, commit, folder, files, bytes, downloaded }: PullResult, { json }: PullFlags): void {
  if (json) {
    const listed = files.map(({ path, bytes, oid, how }) => ({ path, bytes, ...hashOf(oid), how }));
    const { type, repo, revision } = ref;
    printJson({ type, repo, revision, commit, folder, bytes, downloaded, files: listed });
    return;
  }
  const fetched = downloaded > 0 ? `${bytesText(downloaded)} fetched` : 'all in the cache';
  process.stdout.write(
    [
      visible(refText(ref)),
      `  commit  ${commit}`,
      `  folder  ${visible(folder)}`,
      `  size    ${bytesText(bytes)} in ${files.length} files, ${fetched}, all verified`,
      '',
      ...files.map(({ path, bytes }) => `  ${bytesText(bytes).padStart(9)}  ${visible(path)}`),
      '',
    ].join('\n'),
  );
}

async function runCheck(work: {
  ref: HubRef;
  settings: HubSettings;
  lines: DownloadLines;
  signal: AbortSignal;
}): Promise<CheckResult> {
  const files = checkCache(work.ref, work.settings, work.signal);
  for (;;) {
    const { done, value } = await files.next();
    if (done) return value;
    work.lines.update(`${refText(work.ref)}: checked ${value.path} (${bytesText(value.bytes)})`);
  }
}

/** @throws HubError where a file is wrong. */
function report({ ref, commit, folder, files }: CheckResult, { json }: PullFlags): void {
  if (json) {
    const { type, repo, revision } = ref;
    const listed = files.map(({ path, bytes, oid, state }) => ({ path, bytes, ...hashOf(oid), state }));
    printJson({ type, repo, revision, commit, folder, files: listed });
  } else {
    process.stdout.write(
      [
        visible(refText(ref)),
        `  commit  ${commit}`,
        `  folder  ${visible(folder)}`,
        '',
        ...files.map(
          ({ path, bytes, state }) =>
            `  ${state.padEnd(7)}  ${bytesText(bytes).padStart(9)}  ${visible(path)}`,
        ),
        '',
      ].join('\n'),
    );
  }
  const wrong = files.filter(({ state }) => state === 'wrong').map(({ path }) => path);
  if (wrong.length === 0) return;
  throw new HubError('corrupt', {
    what: `${wrong.length} of ${files.length} files in the cache ${wrong.length === 1 ? 'has' : 'have'} other contents than the Hub promised`,
    where: wrong.slice(0, 3).join(', '),
    fix: `\`winoscope pull ${refText(ref)}${ref.type === 'dataset' ? ' --type dataset' : ''}\` fetches them again.`,
  });
}

/** sha256 for large files, git's hash of a blob for small ones. */
function hashOf(oid: string): { sha256: string } | { gitBlob: string } | Record<string, never> {
  if (oid === '') return {};
  return oid.length === 64 ? { sha256: oid } : { gitBlob: oid };
}
