/** A worker process that opens a diffusion model and draws the images it is sent. */

import { type DrawSettings, openImageSampler } from '../scoring/image-sampler.ts';
import { serveBlocks } from './serve-blocks.ts';

await serveBlocks((data) => openImageSampler(data as DrawSettings));
