import { defineConfig } from 'vitest/config'

/** Every suite but the benches; three workers on two cores, since end-to-end files wait for leases more than they work. */
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['./test/secretEquality.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    maxWorkers: 3,
    pool: 'forks',
    reporters: ['default', './test/closing-line.ts'],
  },
})
