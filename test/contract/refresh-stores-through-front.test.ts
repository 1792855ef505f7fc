import { describe } from 'vitest'
import { openFrontBench, reachTables } from './tables-bench.ts'

reachTables(openFrontBench)

describe('through the front', async () => {
  await import('./refresh-stores.test.ts')
})
