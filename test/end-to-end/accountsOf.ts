import type { Visit } from '../../local/sign-in/visitor.ts'
import type { World } from './world.ts'

/** Grace can reach several accounts, one of them another company's. */
export const grace = 'grace@contoso.example'

/** An account as `GET …/accounts` lists it. */
export interface Listed {
  readonly accountId: string
  readonly number: string
  readonly name: string
  readonly customerId: string
  readonly linked: boolean
  readonly usable: boolean
  readonly selected: boolean
  readonly default: boolean
}

/** The path of a tenant's accounts. */
export const accountsPath = (tenant: string, rest = '') => `/v1/tenants/${tenant}/accounts${rest}`

/** The parameters that the browser brought back to the app. */
export const outcomeOf = (visit: Visit) => Object.fromEntries(new URL(visit.url).searchParams)

/** Helpers for a tenant's accounts, in a world that is opened later. */
export function accountsOf(world: () => World) {
  return {
    async listed(tenant: string, query = ''): Promise<Listed[]> {
      return (await world().call('GET', accountsPath(tenant, `?limit=200${query}`))).body.accounts
    },
    async eventsOf(tenant: string, type: string) {
      const { body } = await world().call('GET', `/v1/tenants/${tenant}/events?limit=200`)
      return body.events.filter((event: { type: string }) => event.type === type)
    },
    async connectedByApi(username = grace) {
      const tenant = world().newTenant()
      await world().connect(tenant, username, { accountChoice: 'app' })
      return tenant
    },
    removeAccounts: (accountIds: readonly string[]) =>
      world().advertising.control('POST', 'accounts/remove', { environment: 'production', accountIds }),
  }
}
