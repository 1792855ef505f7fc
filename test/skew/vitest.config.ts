import { dirname } from 'node:path'
import { defineConfig } from 'vitest/config'

/** The last release and this one beside each other: `npm run test:skew`. It needs git's history, so `npm test` leaves it out. */
export default defineConfig({
  root: dirname(dirname(import.meta.dirname)),
  test: {
    include: ['test/skew/*.test.ts'],
    globalSetup: ['./test/skew/setup.ts'],
    setupFiles: ['./test/secretEquality.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
    pool: 'forks',
  },
})
