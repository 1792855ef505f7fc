import type { StoredTenant, Tenant } from '../../../shared/domain/tenant.ts'
import type { TenantStore } from '../../../shared/domain/tenantStore.ts'
import type { LimitedAccount } from './tables.ts'
import { nameOf, numberOf } from './tenantNumbers.ts'
import { secretNameOf } from './vaults.ts'
import type { VirtualTime } from './virtualTime.ts'

/** The delay of refreshes. */
export interface Lateness {
  readonly refreshed: number
  /** The longest delay between a due time and the commit. */
  readonly maxSeconds: number
  /** The number of active tenants whose access token expired before the next one was stored. */
  readonly expired: number
  /** The longest time without one. */
  readonly maxExpiredSeconds: number
}

/** Many tenants' rows in little memory, with instant filling. */
export interface CompactTenantStore extends TenantStore {
  prepare(number: number, refreshedAt: number, expiresAt: number, dueAt: number): void
  /** The delay of past refreshes, and of those overdue now. */
  lateness(): Lateness
}

/** Options of the rows. */
export interface TenantStoreGround {
  readonly time: VirtualTime
  readonly account: LimitedAccount
  readonly count: number
  /** Tenants numbered below this are always active. */
  readonly active: number
  /** Hosts of the vaults, each with its share of the grants; none if grants are sealed. */
  readonly hosts: readonly string[]
}

/**
 * Creates rows that are stored as numbers unless they're leased or a refresh of them is
 * failing: a million of them take tens of megabytes.
 */
export function createCompactTenantStore(ground: TenantStoreGround): CompactTenantStore {
  const { time, account, count, active } = ground
  const [refreshedAt, expiresAt, dueAt] = [floats(count), floats(count), floats(count)]
  const [writes, versions] = [new Uint32Array(count), new Uint32Array(count).fill(1)]
  const whole = new Map<number, Tenant>()
  const grantOf = createGrants(ground.hosts)
  const read = (number: number): StoredTenant => {
    const tenant: Tenant = whole.get(number) ?? {
      ...nameOf(number),
      ...constantParts,
      dueAt: new Date(dueAt[number]!),
      grant: grantOf(number, versions[number]!),
      accessToken: {
        sealed: 'at',
        refreshedAt: new Date(refreshedAt[number]!),
        expiresAt: new Date(expiresAt[number]!),
      },
    }
    const lastVendedAt = number < active ? { lastVendedAt: new Date(time.now()) } : undefined
    return { tenant: { ...tenant, ...lastVendedAt }, etag: String(writes[number]) }
  }
  const late = { refreshed: 0, maxSeconds: 0, expired: 0, maxExpiredSeconds: 0 }
  const judge = (number: number, at: number) => {
    late.maxSeconds = Math.max(late.maxSeconds, Math.floor((at - dueAt[number]!) / 1000))
    if (number >= active || at <= expiresAt[number]!) return
    late.expired++
    late.maxExpiredSeconds = Math.max(late.maxExpiredSeconds, Math.ceil((at - expiresAt[number]!) / 1000))
  }
  const put = (number: number, next: Tenant): StoredTenant => {
    writes[number]!++
    const { accessToken, grant, lease, trouble, secretsToDestroy, status } = next
    const fresh = accessToken && accessToken.refreshedAt.getTime() > refreshedAt[number]!
    if (fresh) {
      judge(number, time.now())
      late.refreshed++
      refreshedAt[number] = accessToken.refreshedAt.getTime()
      expiresAt[number] = accessToken.expiresAt.getTime()
      dueAt[number] = next.dueAt?.getTime() ?? Number.POSITIVE_INFINITY
      versions[number] = Number(grant?.reference.split('/')[2] ?? 1)
    }
    if (lease || trouble || secretsToDestroy || status !== 'connected') whole.set(number, next)
    else whole.delete(number)
    return { tenant: next, etag: String(writes[number]) }
  }
  return {
    prepare(number, ...times) {
      const [refreshed, expires, due] = times
      refreshedAt[number] = refreshed
      expiresAt[number] = expires
      dueAt[number] = due
    },
    read: (name) => account.transact(undefined, 1, () => read(numberOf(name))),
    inspect: (name) => account.transact(undefined, 1, () => read(numberOf(name))),
    create: async () => 'conflict',
    replace: (expected, next, events) =>
      account.transact(undefined, 1 + events.length, () => {
        const number = numberOf(next)
        return expected.etag === String(writes[number]) ? put(number, next) : 'conflict'
      }),
    lateness() {
      const soFar = { ...late }
      for (let number = 0; number < count; number++)
        if (dueAt[number]! < time.now()) judge(number, time.now())
      const found = { ...late }
      Object.assign(late, soFar)
      return found
    },
  }
}

const floats = (count: number) => new Float64Array(count)

const constantParts = {
  environment: 'production',
  status: 'connected',
  createdAt: new Date(0),
} as const

function createGrants(hosts: readonly string[]) {
  const rest = {
    identityProvider: 'microsoft',
    scopes: ['https://ads.microsoft.com/msads.manage', 'openid', 'offline_access'],
    accountKind: 'personal',
    authorityTenant: 'consumers',
    consenter: { issuer: 'https://login.microsoftonline.com', subject: 's', hint: '' },
    consentedAt: new Date(0),
    advertisingUserId: '1',
  } as const
  return (number: number, version: number) => {
    const host = hosts[number % hosts.length]
    const reference = host ? `vault:${host}/${secretNameOf(number)}/${version}/${version - 1}` : 'sealed:rt'
    return { ...rest, id: 'consent', reference }
  }
}
