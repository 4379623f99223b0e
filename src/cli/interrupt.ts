/** Signals that end a run in order: the first aborts it, a second one ends the process at once. */

const CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

export interface Interrupt {
  signal: AbortSignal;
  /** 128 plus the number of the signal that came; 0 where none did. */
  exitCode(): number;
  /** What was thrown where nobody catches it: that ends the work in order too. */
  readonly fault: unknown;
  /** As if SIGINT had come: in raw mode Ctrl-C is a key, not a signal. */
  stop(): void;
  /** Gives the signals back. */
  dispose(): void;
}

let fault: unknown;

/** What was thrown where nobody catches it while something listened; undefined where nothing was. */
export function uncaughtFault(): unknown {
  return fault;
}

/** Listens for SIGINT, SIGTERM and SIGHUP, for the end of a parent that keeps a channel to it, and for what is thrown where nobody catches it. */
export function onInterrupt(): Interrupt {
  const controller = new AbortController();
  let code = 0;
  const names = Object.keys(CODES) as (keyof typeof CODES)[];
  const handlers = names.map((name) => {
    const handler = () => {
      if (controller.signal.aborted) {
        // The signal itself, so that whoever started this sees which one it was; the workers end with it.
        dispose();
        process.kill(process.pid, name);
        return;
      }
      code = CODES[name];
      controller.abort(new Error(`stopped by ${name}`));
    };
    process.on(name, handler);
    return [name, handler] as const;
  });
  const onFault = (error: unknown) => {
    fault ??= error;
    controller.abort(new Error('stopped by a fault'));
  };
  process.on('uncaughtException', onFault);
  // Whoever started this over a channel is gone: nobody waits for it any more. A terminal that closes tells both.
  const onGone = () => {
    if (!controller.signal.aborted) handlers.find(([name]) => name === 'SIGTERM')![1]();
  };
  if (process.channel) process.on('disconnect', onGone);
  const dispose = () => {
    process.off('disconnect', onGone);
    process.off('uncaughtException', onFault);
    for (const [name, handler] of handlers) process.off(name, handler);
  };
  // It may have gone before anything listened.
  if (process.connected === false) onGone();
  const stop = () => handlers.find(([name]) => name === 'SIGINT')![1]();
  return {
    signal: controller.signal,
    exitCode: () => code,
    get fault() {
      return fault;
    },
    stop,
    dispose,
  };
}
