import { configDefaults, defineConfig } from 'vitest/config'

/**
 * Every suite but the benches and the skew test, which needs git's history (`npm run test:skew`), and the samples
 * that need more than Node (`npm run check:samples`); three workers on two cores, since end-to-end files wait for leases more than they work. The
 * time limits end only what hangs: a busy machine takes four times as long.
 */
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: [...configDefaults.exclude, 'test/skew/**', 'test/samples/**'],
    setupFiles: ['./test/secretEquality.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    maxWorkers: 3,
    pool: 'forks',
    reporters: ['default', './test/closing-line.ts'],
  },
})
