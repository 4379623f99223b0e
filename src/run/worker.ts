/** A worker process: opens one scorer and evaluates the blocks it is sent. Inference never runs in the run's own process. */

import { openScorer, type ScorerSettings } from '../scoring/open-scorer.ts';
import { serveBlocks } from './serve-blocks.ts';

await serveBlocks((data) => openScorer(data as ScorerSettings));
