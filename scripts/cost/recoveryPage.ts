import { table } from '../markdown.ts'
import { tenantsAtOnce } from '../tenantsAtOnce.ts'
import { counted } from './counted.ts'
import { number } from './figures.ts'
import { assumed, limits } from './inputs.ts'
import { measured } from './measured.ts'
import {
  listSecondsOf,
  type Recovery,
  type RecoveryStep,
  recoveryOf,
  recoverySizes,
  recoverySteps,
  silenceSeconds,
  stepAt,
} from './recovery.ts'

/** The sections of `docs/recovery.md` that have figures. */
export const recoverySections = { losses, sums, measured: measuredSteps } as const

const undeletable = '<!-- test: unit/infra: every vault uses RBAC, soft delete -->'
const [page, deleted] = [
  '[rebuild-tables](runbooks/rebuild-tables.md)',
  '[deleted-vault-secret](runbooks/deleted-vault-secret.md)',
]

function losses(): string {
  const longest = Math.max(...recoverySizes.map((tenants) => stepAt('backup', tenants).seconds))
  const sealed = `sealed: ${counted.backupHours} h and ${minutes(longest)} (arithmetic)`
  const inBoth = `grants in vaults: 0; ${sealed}`
  const tables = both(recoveryOf.tablesInVaults, recoveryOf.sealedRows)
  const elsewhere = tables.map((each) => `with a backup, a deployment (not measured), and then ${each}`)
  return table(
    ['loss', 'RPO', ...recoverySizes.map((tenants) => `RTO, ${number(tenants)} tenants`), 'how'],
    [
      [
        'a row',
        inBoth,
        ...both(recoveryOf.rowsInVaults, recoveryOf.sealedRows),
        `sealed: restore; then ${page}`,
      ],
      ['a table, or all, with a backup', inBoth, ...tables, `restore; then ${page}`],
      [
        'a table, or all, without a backup',
        'grants in vaults: 0; sealed: everything',
        ...recoverySizes.map(
          (tenants) =>
            `${shown(recoveryOf.tablesFromVaults(tenants))}; sealed: until every advertiser has signed in again`,
        ),
        page,
      ],
      [
        'a vault secret',
        `0 for ${counted.recoverableDays} days ${undeletable}`,
        ...recoverySizes.map(() => shown(recoveryOf.secret())),
        deleted,
      ],
      [
        'a vault',
        `0 for ${counted.recoverableDays} days ${undeletable}`,
        ...recoverySizes.map(() => 'its recovery and a deployment (neither measured)'),
        deleted,
      ],
      [
        'a region',
        'geo-redundant tables: usually 15 min (Microsoft); others: as for all tables. Vaults: 0 if Microsoft fails them over, otherwise everything',
        ...elsewhere,
        '[region-loss](runbooks/region-loss.md)',
      ],
      [
        'a subscription',
        'everything, unless the vaults and the backups are in another: then as for all tables',
        ...elsewhere.map((each) => `${each}; otherwise, until every advertiser has signed in again`),
        '[move-subscription](runbooks/move-subscription.md)',
      ],
    ],
  )
}

function both(inVaults: (tenants: number) => Recovery, sealed: (tenants: number) => Recovery): string[] {
  return recoverySizes.map((tenants) => `${shown(inVaults(tenants))}; sealed: ${shown(sealed(tenants))}`)
}

function sums(): string {
  const [small, large] = recoverySizes
  const { far, callMilliseconds } = measured.recovery
  const listing = recoverySizes.map((tenants) => seconds(listSecondsOf(tenants))).join(' and ')
  const proofs = recoverySizes.map((tenants) => minutes((tenants * assumed.proofSeconds) / tenantsAtOnce))
  return [
    `${silenceSeconds / 60} minutes of [silence](#nobody-else-writes), counted from the last write, with a \`REFRESH_SCHEDULE\` of up to nine minutes. <!-- test: end-to-end/sole-writer: a schedule with longer pauses needs a longer silence --> It's the same for every size.`,
    `Restore and rebuild with tables that are ${callMilliseconds} ms away, as [measured](#measured) with ${number(far.tenants)} tenants; ${number(large)} are ${large / far.tenants} times that. <!-- test: unit/recovery-page: the times of a loss are the sums of what the page measured -->`,
    `The list of a vault's secrets, ${counted.censusPageSecrets} a page at ${assumed.latency.vaultRead * 1000} ms each: ${listing}. Each page names the next one.`,
    `Without a backup, a rebuild refreshes each tenant and discovers its accounts. With ${assumed.proofSeconds === 1 ? 'one second' : `${assumed.proofSeconds} seconds`} for each, and ${tenantsAtOnce} tenants at once, that is ${proofs[0]} for ${number(small)} and ${proofs[1]} for ${number(large)}. <!-- test: end-to-end/backup: while they are rebuilt from their secrets -->`,
    `A secret is recovered within a minute (Microsoft), and a vend tries the vault again after at most another. <!-- test: unit/decide: a stuck tenant is tried for an app a minute later -->`,
    `A backup is at most \`BACKUP_HOURS\` (${counted.backupHours} h) and its own time old. What was written after it began is lost, unless a vault has it.`,
  ]
    .map((line) => `- ${line}`)
    .join('\n')
}

const stepNames: Readonly<Record<RecoveryStep, string>> = {
  backup: 'backup',
  restore: 'restore into empty tables',
  rebuild: 'rebuild of intact tables, sealed grants',
  rebuildNamed: 'the same, if a vault names every tenant',
}

/** What was measured, and why there are no more at once. */
function measuredSteps(): string {
  const { callMilliseconds } = measured.recovery
  const bytes = measured.backupBytesPerTenant
  const [small] = recoverySizes
  const { partitionEntitiesPerSecond, vaultWritesPerSecond } = limits
  return [
    `Tenants with sealed grants, without accounts and events, on two busy cores. Backup, restore, and rebuild are those of production. The tables are a stand-in that seeks by key, as Table Storage does, and answers at once or after ${callMilliseconds} ms; blobs are in Azurite, and the vault is on the same machine, too.`,
    measuredTable().trim(),
    `A backup takes ${number(bytes)} bytes per tenant: ${number((bytes * small) / 1e6)} MB for ${number(small)}.`,
    `Restore and rebuild work on ${tenantsAtOnce} tenants at once. <!-- test: end-to-end/backup: while they are restored --><!-- test: end-to-end/backup: while a rebuild looks at their rows --> That stays below what [one partition of a table and one vault take](facts.md#azure): ${number(partitionEntitiesPerSecond)} changed rows and ${vaultWritesPerSecond} new secrets a second. <!-- test: unit/recovery-page: a rebuild writes less than a partition and a vault take --> If a rebuild fails for a tenant, it names the tenant and goes on: run it again. <!-- test: end-to-end/ended-rebuild: a row that fails is counted and named -->`,
  ].join('\n\n')
}

function measuredTable(): string {
  const { near, far, callMilliseconds } = measured.recovery
  const [small, large] = near
  return table(
    [
      'step',
      `${number(small.tenants)} tenants (measured)`,
      `${number(large.tenants)} (measured)`,
      `${number(far.tenants)}, ${callMilliseconds} ms a table call (measured)`,
      `${number(large.tenants)}, ${callMilliseconds} ms a table call (arithmetic)`,
    ],
    recoverySteps.map((step) => [
      stepNames[step],
      `${number(small[step], 1)} s`,
      `${number(large[step], 1)} s, ${number(large[step] / small[step], 1)} times as long`,
      `${number(far[step], 1)} s`,
      `${number(stepAt(step, large.tenants).seconds)} s`,
    ]),
  )
}

function shown({ known, seconds: taken }: Recovery): string {
  return `${minutes(taken)} (${known})`
}

function seconds(value: number): string {
  return `${number(Math.ceil(value))} s`
}

/** Rounded up: `11 min`, or `1 h 54 min`. */
function minutes(value: number): string {
  const all = Math.ceil(value / 60)
  if (all < 60) return `${all} min`
  return all % 60 === 0 ? `${all / 60} h` : `${Math.floor(all / 60)} h ${all % 60} min`
}
