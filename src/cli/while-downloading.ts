import { DownloadLines } from './download-lines.ts';
import { onInterrupt } from './interrupt.ts';

/**
 * Does work that fetches, with lines on stderr. A signal ends the process: nothing but downloads was begun, and those
 * go on next time.
 * @throws as `work`.
 */
export async function whileDownloading<T>(
  quiet: boolean,
  work: (lines: DownloadLines, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const lines = new DownloadLines(process.stderr, { quiet });
  const interrupt = onInterrupt();
  try {
    return await work(lines, interrupt.signal);
  } catch (error) {
    if (!interrupt.signal.aborted) throw error;
    lines.end();
    process.stderr.write('winoscope: interrupted. What was downloaded is kept.\n');
    process.exit(interrupt.exitCode());
  } finally {
    lines.end();
    interrupt.dispose();
  }
}
