/** What is fuzzed: sound files, what is done to one of them, and how the product reads the result. */

import type { Mutator } from './mutate.ts';

export interface Target {
  name: string;
  /** What of the inputs of a campaign is this target's, relative to the others: slow readers get fewer. */
  share: number;
  /**
   * Whether the product runs this in a worker process, which it may end: an end by a signal is then counted, and no
   * failure.
   * @default false
   */
  inWorker?: boolean;
  /** Writes the sound files into an empty folder and gives what reads a changed one. */
  open(folder: string): Promise<Reader> | Reader;
}

export interface Reader {
  /**
   * Draws one hostile input and reads it as the product does. Resolves where it was read.
   * @throws WinoscopeError where it was refused; anything else is a finding.
   */
  once(mutator: Mutator): Promise<void>;
}
