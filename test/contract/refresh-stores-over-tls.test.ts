import { describe } from 'vitest'
import { openTlsBench, reachTables } from './tables-bench.ts'

reachTables(openTlsBench)

describe('over TLS with a bearer token', async () => {
  await import('./refresh-stores.test.ts')
})
