import { rediscoverAccounts } from '../../shared/accounts/discover.ts'
import { createCustomerManagement } from '../../shared/advertising/client.ts'
import { addSeconds } from '../../shared/clock.ts'
import type { Account } from '../../shared/domain/account.ts'
import type { Tenant } from '../../shared/domain/tenant.ts'
import { Secret } from '../../shared/secret.ts'
import { connected, name, now } from '../simulation/ground.ts'
import { connectGround } from './connectGround.ts'

/** The circumstances of a discovery. */
export interface Circumstances {
  /** Faults of the first calls, by Microsoft's code. */
  readonly faults?: readonly number[]
  readonly tenant?: Partial<Tenant>
  readonly developerToken?: boolean
  /** Another process's write while Microsoft answers. */
  readonly inBetween?: Partial<Tenant>
  readonly obtained?: object
  /** Whether each page of accounts is followed by another. */
  readonly endless?: boolean
  /** Roles of the person. Default is one in customer 10. */
  readonly roles?: readonly object[]
  /** Whether the look-ups by id are throttled. */
  readonly throttled?: boolean
}

/** A connected tenant with the accounts `before`, whose person can reach accounts with the ids `found`. */
export async function discovery(
  before: readonly Account[],
  found: readonly string[],
  met: Circumstances = {},
) {
  const own = connectGround()
  const accessToken = { sealed: 's', refreshedAt: addSeconds(now, -3600), expiresAt: addSeconds(now, 60) }
  const tenant = { ...connected('vault:x'), accountsGeneration: 'before', accessToken, ...met.tenant }
  await own.create(tenant)
  await own.accounts.write(name, 'before', before)
  const seen = {
    tokens: [] as (string | null)[],
    replaced: [] as Date[],
    forgotten: 0,
    endless: met.endless ?? false,
    throttled: met.throttled ?? false,
  }
  const faults = [...(met.faults ?? [])]
  const answer = async (path: string, headers: Headers, body: string) => {
    if (path.endsWith('/User/Query')) {
      seen.tokens.push(headers.get('authorization'))
      const stored = own.tenants.row(name)
      if (stored && met.inBetween)
        await own.tenants.replace(stored, { ...stored.tenant, ...met.inBetween }, [])
      const Code = faults.shift()
      if (Code !== undefined) return Response.json({ Errors: [{ Code }] }, { status: 401 })
      return Response.json({
        User: { Id: '1', UserName: 'u' },
        CustomerRoles: met.roles ?? [{ CustomerId: '10', RoleId: 41 }],
      })
    }
    if (path.endsWith('/Accounts/Search')) {
      const { Predicates, PageInfo } = JSON.parse(body)
      const isLookUp = Predicates[0].Field === 'AccountId'
      if (isLookUp && seen.throttled) return Response.json({ Errors: [{ Code: 117 }] }, { status: 429 })
      const idOn = (id: string) => (seen.endless ? String(Number(id) + PageInfo.Index * 1000) : id)
      return Response.json({
        Accounts: (isLookUp ? [] : found.map(idOn)).map((Id) => ({
          ...{
            Id,
            Number: `F${Id}`,
            Name: `Account ${Id}`,
            ParentCustomerId: '10',
            AccountLifeCycleStatus: 'Active',
          },
        })),
      })
    }
    if (path.endsWith('/LinkedAccountsAndCustomersInfo/Query'))
      return Response.json({ Errors: [{ Code: 106 }] }, { status: 403 })
    return Response.json({ Customer: { Id: '10', Name: 'Customer' }, CustomersInfo: [], AccountsInfo: [] })
  }
  const advertising = createCustomerManagement({
    environmentConfig: { advertisingUrl: 'https://{host}.api.example' },
    fetch: async (input: unknown, init?: RequestInit) =>
      answer(new URL(String(input)).pathname, new Headers(init?.headers), String(init?.body)),
  } as never)
  const accessTokens = {
    get: async () => met.obtained ?? { ok: true, tenant, accessToken: new Secret('first') },
    replace: async (_name: unknown, from: Date) => {
      seen.replaced.push(from)
      return { ok: true, tenant, accessToken: new Secret('second') }
    },
    forget: () => void seen.forgotten++,
  }
  const missing = { ok: false, reason: 'developer_token_missing', detail: 'The vault has no secret.' }
  const developerTokens = {
    find: async () =>
      met.developerToken === false ? missing : { ok: true, value: new Secret('d'), version: '1' },
  }
  const dependencies = {
    ...(own.dependencies as object),
    advertising: () => advertising,
    accessTokens,
    developerTokens,
  }
  return { ...own, dependencies, seen, run: () => rediscoverAccounts(dependencies as never, name) }
}
