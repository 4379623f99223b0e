import { HubError, messageOf } from '../errors.ts';

const FULL = /^(ENOSPC|EDQUOT|EFBIG)$/;

/** The file system's errors as sentences about the cache; all others as they are. */
export function cacheFailure(error: unknown, where: string): unknown {
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (error instanceof HubError || typeof code !== 'string' || typeof syscall !== 'string') return error;
  return new HubError('disk', {
    what: FULL.test(code) ? 'the disk is full' : 'cannot write to the Hugging Face cache',
    where,
    got: messageOf(error),
    fix: FULL.test(code)
      ? 'Make room, or set HF_HUB_CACHE to a folder on another disk; what was downloaded is kept.'
      : 'Check its permissions, or set HF_HUB_CACHE to another folder.',
    cause: error,
  });
}
