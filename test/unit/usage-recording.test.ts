import { expect, test } from 'vitest'
import { TimeLimitError } from '../../shared/clock.ts'
import { DamagedRowError } from '../../shared/domain/damagedRow.ts'
import { StorageUnavailableError } from '../../shared/domain/storageUnavailable.ts'
import type { UsageRecord } from '../../shared/domain/usage.ts'
import { Problem } from '../../shared/problems.ts'
import { withUsageRecording } from '../../shared/vend/usageRecording.ts'
import type { Vend } from '../../shared/vend/vend.ts'

const tenant = { workspace: 'w', tenant: 't' }

/** The record of a vend by the app `a` with this end. */
async function recorded(end: () => Promise<unknown>) {
  const uses: UsageRecord[] = []
  const vend: Vend = { vend: end as Vend['vend'] }
  const own = withUsageRecording({ vend, recordUsage: (use) => void uses.push(use) }, 'a')
  const answer = await own.vend(tenant, {}).catch((error: unknown) => error)
  return { answer, uses }
}

const common = { operation: 'vend', app: 'a', tenant, durationSeconds: expect.any(Number) }

test('a vend is recorded once, with its app, its tenant, and its environment', async () => {
  const vended = { environment: 'sandbox' }
  const { answer, uses } = await recorded(async () => vended)
  expect(answer).toBe(vended)
  expect(uses).toEqual([{ ...common, environment: 'sandbox' }])
})

test('a vend that fails is recorded with the code that its app gets', async () => {
  for (const [error, problem] of [
    [new Problem('tenant_not_found'), 'tenant_not_found'],
    [new StorageUnavailableError('tables', 503, 'ServerBusy'), 'storage_unavailable'],
    [new TimeLimitError('reading', 20), 'storage_unavailable'],
    [new DamagedRowError(tenant, { column: 'status', detail: 'unknown' }), 'tenant_damaged'],
    [new TypeError('x'), 'internal_error'],
  ] as const) {
    const { answer, uses } = await recorded(() => Promise.reject(error))
    expect(answer).toBe(error)
    expect(uses).toEqual([{ ...common, problem }])
  }
})
