/** A worker thread that opens a diffusion model and draws the images it is sent. */

import { workerData } from 'node:worker_threads';
import { type DrawSettings, openImageSampler } from '../scoring/image-sampler.ts';
import { serveBlocks } from './serve-blocks.ts';

serveBlocks(() => openImageSampler(workerData as DrawSettings));
