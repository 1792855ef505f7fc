import type { CustomerManagement } from '../advertising/client.ts'
import { identityFaultOf } from '../advertising/identityFault.ts'
import type { Credentials } from '../advertising/services.ts'
import type { Clock } from '../clock.ts'
import { type Environment, environments } from '../environment.ts'
import { type BrokerSecret, type BrokerSecrets, developerTokenName } from './brokerSecrets.ts'
import type { SecretStandings } from './standings.ts'

/** An environment's developer tokens: the current one and, while it is being rotated, the next one. */
export interface DeveloperTokens {
  /** Best first; empty when the vault has none. */
  list(environment: Environment): Promise<readonly BrokerSecret[]>
  /** The best one; at once where it was listed within the last second. */
  current(environment: Environment): BrokerSecret | undefined | Promise<BrokerSecret | undefined>
  /** Tells that `refused` was refused where `accepted` worked with the same access token. */
  fellOver(environment: Environment, refused: BrokerSecret, accepted: BrokerSecret): Promise<void>
}

/** Every vend asks; what it learns a second late, other processes learn no sooner. */
const rememberedMilliseconds = 1000

/** Creates the developer tokens of every environment, from the vault and from what is known of them. */
export function createDeveloperTokens(
  secrets: BrokerSecrets,
  standings: SecretStandings,
  clock: Clock,
): DeveloperTokens {
  const listed = new Map<Environment, { readonly tokens: readonly BrokerSecret[]; readonly at: number }>()
  const recall = (environment: Environment) => {
    const known = listed.get(environment)
    return known && clock.now().getTime() - known.at < rememberedMilliseconds ? known.tokens : undefined
  }
  const list = async (environment: Environment): Promise<readonly BrokerSecret[]> => {
    const known = recall(environment)
    if (known) return known
    const at = clock.now().getTime()
    const name = developerTokenName(environment)
    const found = await Promise.all([name, `${name}-next`].map((n) => secrets.read(n)))
    const present = found.filter((secret) => secret !== undefined)
    const tokens = await standings.order(name, present)
    if (tokens.length > 0) listed.set(environment, { tokens, at })
    return tokens
  }
  return {
    list,
    current: (environment) => recall(environment)?.[0] ?? list(environment).then(([best]) => best),
    async fellOver(environment, refused, accepted) {
      const name = developerTokenName(environment)
      await standings.report(name, refused.version, 'refused')
      await standings.report(name, accepted.version, 'accepted')
      listed.delete(environment)
    },
  }
}

/**
 * Lets everyone who reads a developer token by its name get the one that works, so that vends, the pass-through and
 * discovery fall over together.
 */
export function withFallOver(secrets: BrokerSecrets, tokens: DeveloperTokens): BrokerSecrets {
  const environmentOf = new Map(environments.map((name) => [developerTokenName(name), name]))
  return {
    async read(name, options) {
      const environment = environmentOf.get(name)
      return environment ? tokens.current(environment) : secrets.read(name, options)
    },
  }
}

/**
 * Wraps an environment's Customer Management so that a refused developer token falls over to the other one.
 * Code 105 does not say whether the access token or the developer token is wrong (operation-error-codes.md), so
 * the proof is GetUser: refused with one developer token and accepted with the other, same access token.
 */
export function withDeveloperTokenFallOver(
  client: CustomerManagement,
  environment: Environment,
  tokens: DeveloperTokens,
): CustomerManagement {
  const current = async (credentials: Credentials): Promise<Credentials> => {
    const [best, ...others] = await tokens.list(environment)
    const isKnownWorse = others.some(({ value }) => value === credentials.developerToken)
    return best && isKnownWorse ? { ...credentials, developerToken: best.value } : credentials
  }
  return {
    async getUser(credentials) {
      const sent = await current(credentials)
      const answer = await client.getUser(sent)
      if (answer.ok || answer.fault.class !== 'credentials' || identityFaultOf(answer.fault)) return answer
      const list = await tokens.list(environment)
      const refused = list.find(({ value }) => value === sent.developerToken)
      const other = list.find(({ value }) => value !== sent.developerToken)
      if (!refused || !other) return answer
      const second = await client.getUser({ ...sent, developerToken: other.value })
      if (second.ok) await tokens.fellOver(environment, refused, other)
      return second.ok ? second : answer
    },
    searchAccounts: async (credentials, userId) => client.searchAccounts(await current(credentials), userId),
    getLinkedAccountsAndCustomersInfo: async (credentials, customerId) =>
      client.getLinkedAccountsAndCustomersInfo(await current(credentials), customerId),
    getAccount: async (credentials, accountId) => client.getAccount(await current(credentials), accountId),
    getCustomer: async (credentials, customerId) =>
      client.getCustomer(await current(credentials), customerId),
    getCustomersInfo: async (credentials) => client.getCustomersInfo(await current(credentials)),
  }
}
