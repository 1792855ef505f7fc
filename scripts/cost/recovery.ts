import { quietSecondsOf } from '../../shared/operations/soleWriter.ts'
import { tenantsAtOnce } from '../tenantsAtOnce.ts'
import { counted } from './counted.ts'
import { assumed } from './inputs.ts'
import { measured } from './measured.ts'

/** How long something takes, and whether all of it but the silence was measured. */
export interface Recovery {
  readonly seconds: number
  readonly known: 'measured' | 'arithmetic'
}

/** The sizes for which `docs/recovery.md` has figures. */
export const recoverySizes = [10_000, 100_000] as const

/** How long nobody may have written, with the template's `REFRESH_SCHEDULE`. */
export const silenceSeconds: number = quietSecondsOf(
  { sweepSchedule: `0 */${counted.sweepSeconds / 60} * * * *`, publicUrl: '' },
  new Date(0),
)

/** The commands of a recovery, as `npm run bench -- backup` measures them. */
export const recoverySteps = ['backup', 'restore', 'rebuild', 'rebuildNamed'] as const

/** One of {@link recoverySteps}. */
export type RecoveryStep = (typeof recoverySteps)[number]

/** A command with a table that is as far away as the measured one; another size is in proportion. */
export function stepAt(step: RecoveryStep, tenants: number): Recovery {
  const { far } = measured.recovery
  const seconds = (far[step] * tenants) / far.tenants
  return { seconds, known: tenants === far.tenants ? 'measured' : 'arithmetic' }
}

/** Lists a vault's secrets, page after page. */
export function listSecondsOf(tenants: number): number {
  return (tenants / counted.censusPageSecrets) * assumed.latency.vaultRead
}

/** How long each loss lasts, from the decision to recover until apps get new tokens again. */
export const recoveryOf = {
  /** Rows are there, but for a few: the vaults name each tenant. */
  rowsInVaults: (tenants: number) => sum(silence, listed(tenants), stepAt('rebuildNamed', tenants)),
  sealedRows: (tenants: number) => sum(silence, stepAt('restore', tenants), stepAt('rebuild', tenants)),
  tablesInVaults: (tenants: number) =>
    sum(silence, listed(tenants), stepAt('restore', tenants), stepAt('rebuildNamed', tenants)),
  /** Without a backup, each grant is proven. */
  tablesFromVaults: (tenants: number) => sum(silence, listed(tenants), proven(tenants)),
  secret: () =>
    sum({ seconds: assumed.secretRecoverySeconds + assumed.vaultAgainSeconds, known: 'arithmetic' }),
} as const

const silence: Recovery = { seconds: silenceSeconds, known: 'measured' }

function listed(tenants: number): Recovery {
  return { seconds: listSecondsOf(tenants), known: 'arithmetic' }
}

function proven(tenants: number): Recovery {
  return { seconds: (tenants * assumed.proofSeconds) / tenantsAtOnce, known: 'arithmetic' }
}

function sum(...parts: readonly Recovery[]): Recovery {
  const seconds = parts.reduce((total, part) => total + part.seconds, 0)
  return { seconds, known: parts.every(({ known }) => known === 'measured') ? 'measured' : 'arithmetic' }
}
