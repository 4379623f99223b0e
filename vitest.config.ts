import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    // onnxruntime-node's tensors fail vitest's VM pools ("data must be type of function Float32Array").
    pool: 'forks',
    // Two cores are the least we plan for; inference tests use them both.
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
