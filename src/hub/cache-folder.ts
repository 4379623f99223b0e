import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * The folder for what this program itself makes to be quick and could make again: `WINOSCOPE_CACHE`, else the
 * system's own place for caches. Files of the Hub lie in the Hub's cache instead.
 */
export function cacheFolder(
  env: Readonly<Record<string, string | undefined>> = process.env,
  platform: NodeJS.Platform = process.platform,
): string {
  if (env.WINOSCOPE_CACHE) return env.WINOSCOPE_CACHE;
  if (platform === 'win32') return join(env.LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local'), 'winoscope');
  if (platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'winoscope');
  return join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'winoscope');
}
