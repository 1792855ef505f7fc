import { type MarkFromTags, parseMark } from '../../shared/storage/disconnectMarks.ts'
import { findReferences } from '../../shared/storage/tenantRow.ts'
import { type Ground, grantVault, mainVault } from './ground.ts'

/** What is stored at one moment. */
export interface Census {
  /** The rows, secrets, and marks of each kind, as `docs/data-lifecycle.md` names them. */
  readonly kinds: ReadonlyMap<string, number>
  /** Tenants by status. */
  readonly statuses: ReadonlyMap<string, number>
  /** Due rows that no row names. */
  readonly orphans: number
  /** Accounts and numbers of tenants for which no consent is kept, or waits. */
  readonly ownerless: number
  /** Connected tenants without a due row. */
  readonly undue: readonly string[]
  /** Secrets of grants that no row names. */
  readonly unnamed: readonly string[]
  /** Versions of all secrets of grants. */
  readonly versions: number
}

/** Counts everything. */
export function takeCensus(ground: Ground): Census {
  const { tables } = ground
  const kinds = new Map<string, number>()
  const statuses = new Map<string, number>()
  const count = (in_: Map<string, number>, kind: string) => in_.set(kind, (in_.get(kind) ?? 0) + 1)
  const tenants = tables.Tenants.all().filter(({ rowKey }) => rowKey === 'tenant')
  const owners = new Set(tenants.filter(hasConsent).map(({ partitionKey }) => partitionKey))
  let ownerless = 0
  for (const { partitionKey, rowKey } of tables.Tenants.all()) {
    const [kind = ''] = rowKey.split(':')
    count(kinds, `Tenants ${kind}`)
    if ((kind === 'account' || kind === 'number') && !owners.has(partitionKey)) ownerless++
  }
  for (const { status } of tenants) count(statuses, String(status))
  for (const { kind } of tables.SignIns.all()) count(kinds, `SignIns ${kind}`)
  for (const { partitionKey } of tables.BrokerState.all())
    count(kinds, `BrokerState ${partitionKey.replace(/^note:.*/, 'note:<kind>')}`)
  kinds.set('TenantsByWorkspace', tables.TenantsByWorkspace.all().length)
  const due = tables.RefreshDue.all()
  kinds.set('RefreshDue', due.length)
  const hints = new Set(due.map(({ tenant, dueAt }) => hintOf(tenant, dueAt)))
  const wanted = new Set(tenants.map(({ tenant, dueAt }) => hintOf(tenant, dueAt)))
  const secrets = countSecrets(ground, kinds, new Set(tenants.flatMap(findReferences).map(nameOfSecret)))
  return {
    ...{ kinds, statuses, ownerless, ...secrets },
    orphans: [...hints].filter((hint) => !wanted.has(hint)).length,
    undue: tenants
      .filter(({ dueAt, status, tenant }) => status === 'connected' && !hints.has(hintOf(tenant, dueAt)))
      .map(({ tenant }) => String(tenant)),
  }
}

/** A tenant that must sign in again keeps its accounts, even when its refused grant is gone. */
function hasConsent({ pendingGrant, status }: Readonly<Record<string, unknown>>): boolean {
  return status === 'connected' || status === 'reauthorization_required' || pendingGrant !== undefined
}

function hintOf(tenant: unknown, dueAt: unknown): string {
  return `${tenant} ${dueAt instanceof Date ? dueAt.toISOString() : dueAt}`
}

/** `vault:<host>/<name>/<version>/<uses>` */
function nameOfSecret(reference: string): string {
  return reference.split('/')[1] ?? ''
}

function countSecrets(ground: Ground, kinds: Map<string, number>, named: ReadonlySet<string>) {
  const [names, marks] = [new Set<string>(), new Set<string>()]
  let versions = 0
  for (const secret of grantVault(ground).live()) {
    const mark: MarkFromTags | undefined = parseMark(secret)
    if (mark) marks.add(secret.name)
    else {
      versions++
      names.add(secret.name)
    }
  }
  kinds.set('secret of a grant', names.size)
  kinds.set('mark of a disconnect', marks.size)
  kinds.set('secret of the broker', new Set([...mainVault(ground).live()].map(({ name }) => name)).size)
  return { unnamed: [...names].filter((name) => !named.has(name)), versions }
}
