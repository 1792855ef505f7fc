import { dueRowOf } from '../../../shared/domain/due.ts'
import type { EnvironmentHold } from '../../../shared/domain/holds.ts'
import type { Tenant, TenantName } from '../../../shared/domain/tenant.ts'
import type { TokenResult } from '../../../shared/domain/tokenEndpoint.ts'
import type { RefreshDependencies } from '../../../shared/refresh/dependencies.ts'
import { type SweepOptions, sweep } from '../../../shared/refresh/sweep.ts'
import { createStateTable } from '../../../shared/storage/stateTable.ts'
import { createMemoryTable } from '../memoryTable.ts'
import { anHour, refreshGround } from '../refreshGround.ts'
import { recorder, type Scene } from './scene.ts'

const registration = { environment: 'production', identityProvider: 'microsoft' } as const

/** A broker whose sweeps write its log; its provider answers as `seen.answer`. */
export function sweepGround(
  change: (models: RefreshDependencies) => Partial<RefreshDependencies> = () => ({}),
) {
  const seen = { answer: anHour as TokenResult }
  let recorded: ReturnType<typeof recorder> | undefined
  const own = refreshGround({
    answer: () => seen.answer,
    with(models) {
      recorded = recorder(models.clock)
      const { environments } = createStateTable({ BrokerState: createMemoryTable().table }, models.clock)
      return { log: recorded.log, environments, ...change({ ...models, environments }) }
    },
  })
  const { clock, dependencies, due, refresher } = own
  const holds = async () => {
    const hold = await dependencies.environments.read(registration)
    return [hold].filter((each): each is EnvironmentHold => each !== undefined)
  }
  return {
    ...own,
    seen,
    log: dependencies.log,
    /** Creates tenants that have been due for some seconds; a negative number is in the future. */
    async addDue(names: readonly string[], overdueSeconds = 0, more: Partial<Tenant> = {}) {
      for (const each of names) {
        const name: TenantName = { workspace: 'w', tenant: each }
        const dueAt = own.after(-overdueSeconds)
        const row = await own.add({ dueAt, ...more }, name)
        if (row.grant) await due.insert(dueRowOf(row, row.grant, dueAt))
      }
    },
    sweep: (order: SweepOptions = {}) => clock.run(sweep({ ...dependencies, refresher, holds }, order)),
    refresh: (tenant: string) =>
      clock.run(refresher.refresh({ workspace: 'w', tenant }, { for: 'vend', minValiditySeconds: 300 })),
    scene: (afterSeconds = 0): Scene => recorded!.scene(afterSeconds),
  }
}
