import { type Account, type AccountStore, continuationAfter } from '../../../shared/domain/account.ts'
import type { TenantName } from '../../../shared/domain/tenant.ts'

/** Creates accounts in memory, by generation. */
export function createModelAccountStore(): AccountStore {
  const generations = new Map<string, { tenant: string; generation: string; accounts: readonly Account[] }>()
  const of = (name: TenantName, generation: string) =>
    generations.get(keyOf(name, generation))?.accounts ?? []
  return {
    async write(name, generation, accounts) {
      const sorted = [...accounts].sort((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1))
      generations.set(keyOf(name, generation), { tenant: keyOf(name), generation, accounts: sorted })
    },
    async list(name, generation, limit, continuation) {
      const accounts = of(name, generation)
      const begin = continuation
        ? accounts.findIndex((account) => continuationAfter(account) === continuation) + 1
        : 0
      const page = accounts.slice(begin, begin + limit)
      const last = page.at(-1)
      const isLast = begin + limit >= accounts.length
      return { accounts: page, ...(last && !isLast && { continuation: continuationAfter(last) }) }
    },
    findById: async (name, generation, accountId) =>
      of(name, generation).filter((account) => account.accountId === accountId),
    findByNumber: async (name, generation, number) =>
      of(name, generation).filter((account) => account.number.toUpperCase() === number.toUpperCase()),
    async removeOthers(name, generation, isSpared = () => false) {
      for (const [key, other] of generations)
        if (other.tenant === keyOf(name) && other.generation !== generation && !isSpared(other.generation))
          generations.delete(key)
    },
    async removeAll(name, isStillWanted) {
      const found = [...generations].filter(([, { tenant }]) => tenant === keyOf(name))
      if (found.length > 0 && (await isStillWanted())) for (const [key] of found) generations.delete(key)
    },
  }
}

function keyOf({ workspace, tenant }: TenantName, generation = ''): string {
  return JSON.stringify([workspace, tenant, generation])
}

function orderOf({ accountId, customerId }: Account): string {
  return `${accountId}:${customerId}`
}
