import { expect, test } from 'vitest'
import type { GrantStoreName } from './ground.ts'
import { liveYears } from './years.ts'

/** On a machine that has more to do, each takes several times its quarter of a minute. */
const limitMilliseconds = 600_000

test.each<GrantStoreName>(['vault', 'sealed'])(
  'thirty days with grants in the store %s break no rule',
  async (store) => {
    const { broken, months } = await liveYears({ store, seed: 1, days: 30, tenants: 40 })
    expect(broken).toEqual([])
    expect(months).toHaveLength(1)
  },
  limitMilliseconds,
)
