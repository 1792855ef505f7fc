import { dirname } from 'node:path'
import { defineConfig } from 'vitest/config'

/** The samples that need more than Node: `npm run check:samples`. They need dotnet and python3, so `npm test` leaves them out. */
export default defineConfig({
  root: dirname(dirname(import.meta.dirname)),
  test: {
    include: ['test/samples/*.test.ts'],
    setupFiles: ['./test/secretEquality.ts'],
    testTimeout: 120_000,
    hookTimeout: 300_000,
    maxWorkers: 2,
    pool: 'forks',
  },
})
