import { defineConfig } from 'vitest/config'

/** Every suite but the benches; two workers, since end-to-end files start processes of their own. */
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    pool: 'forks',
    reporters: process.env.CI ? ['default', './test/closing-line.ts'] : ['default'],
  },
})
