/** A worker thread: opens one scorer and evaluates the blocks it is sent. Inference never runs on the main thread. */

import { workerData } from 'node:worker_threads';
import { openScorer, type ScorerSettings } from '../scoring/open-scorer.ts';
import { serveBlocks } from './serve-blocks.ts';

serveBlocks(() => openScorer(workerData as ScorerSettings));
