import type { CustomerManagement } from '../advertising/client.ts'
import { identityFaultOf } from '../advertising/identityFault.ts'
import type { Credentials } from '../advertising/services.ts'
import type { Clock } from '../clock.ts'
import type { Environment } from '../environment.ts'
import { createMemory } from '../memory.ts'
import { Problem } from '../problems.ts'
import { type BrokerSecret, type BrokerSecrets, developerTokenName } from './brokerSecrets.ts'
import { readSecretsInUse, type SecretsInUse } from './inUse.ts'
import type { SecretHealth } from './secretHealth.ts'

/** No developer token can be sent. */
export interface NoDeveloperToken {
  readonly ok: false
  readonly reason: 'developer_token_missing' | 'developer_token_malformed'
  /** Names the vault secret, never its value. */
  readonly detail: string
}

/** An environment's developer token to use now, or why there is none. */
export type FoundDeveloperToken = ({ readonly ok: true } & BrokerSecret) | NoDeveloperToken

/** Every environment's developer token: the one to use among the current one and, during a rotation, the next one. */
export interface DeveloperTokens {
  find(environment: Environment): Promise<FoundDeveloperToken>
  /**
   * The token to use, without a promise if it was found within the last second.
   * @throws Problem `developer_token_unusable` if the vault has none, or a value that can't be one.
   */
  current(environment: Environment): BrokerSecret | Promise<BrokerSecret>
  /** Best first; empty if the vault has no usable one. */
  list(environment: Environment): Promise<readonly BrokerSecret[]>
  /** Reports that `refused` was refused and `accepted` worked with the same access token. */
  recordFailover(environment: Environment, refused: BrokerSecret, accepted: BrokerSecret): Promise<void>
}

/** Dependencies of developer tokens. */
export interface DeveloperTokenDependencies {
  readonly secrets: BrokerSecrets
  readonly secretHealth: SecretHealth
  readonly clock: Clock
}

/** Every vend asks. A second's delay is acceptable, because other processes learn of a change no sooner. */
const rememberedMilliseconds = 1000

/** Creates the developer tokens of every environment, from the vault and the known facts about them. */
export function createDeveloperTokens(dependencies: DeveloperTokenDependencies): DeveloperTokens {
  const { clock, secretHealth } = dependencies
  const memory = createMemory<SecretsInUse>(clock)
  const inUse = async (environment: Environment): Promise<SecretsInUse> => {
    const known = memory.recent(environment, rememberedMilliseconds)
    if (known) return known
    const asOf = clock.now().getTime()
    const read = await readSecretsInUse(dependencies, developerTokenName(environment))
    if (read.usable.length > 0) memory.remember(environment, read, asOf)
    return read
  }
  const find = async (environment: Environment) => toFound(environment, await inUse(environment))
  return {
    find,
    current: (environment) =>
      memory.recent(environment, rememberedMilliseconds)?.usable[0] ?? find(environment).then(assertFound),
    list: async (environment) => (await inUse(environment)).usable,
    async recordFailover(environment, refused, accepted) {
      const name = developerTokenName(environment)
      await secretHealth.report(name, refused.version, 'refused')
      await secretHealth.report(name, accepted.version, 'accepted')
      memory.forget(environment)
    },
  }
}

function toFound(environment: Environment, { usable, malformed }: SecretsInUse): FoundDeveloperToken {
  const [best] = usable
  if (best) return { ok: true, ...best }
  if (malformed) return { ok: false, reason: 'developer_token_malformed', detail: malformed }
  const detail = `The vault has no secret ${developerTokenName(environment)}.`
  return { ok: false, reason: 'developer_token_missing', detail }
}

function assertFound(found: FoundDeveloperToken): BrokerSecret {
  if (!found.ok) throw explainNoDeveloperToken(found)
  return found
}

/** Asks the operator to store a usable developer token. */
export function explainNoDeveloperToken({ detail, reason }: NoDeveloperToken): Problem {
  return new Problem('developer_token_unusable', { detail, members: { reason } })
}

/**
 * Wraps an environment's Customer Management so that a refused developer token falls over to the other one.
 * Code 105 does not say whether the access token or the developer token is wrong (operation-error-codes.md), so
 * the proof is GetUser: refused with one developer token and accepted with the other, same access token.
 */
export function withDeveloperTokenFailover(
  client: CustomerManagement,
  environment: Environment,
  tokens: DeveloperTokens,
): CustomerManagement {
  const current = async (credentials: Credentials): Promise<Credentials> => {
    const [best, ...others] = await tokens.list(environment)
    const isKnownWorse = others.some(({ value }) => value.equals(credentials.developerToken))
    return best && isKnownWorse ? { ...credentials, developerToken: best.value } : credentials
  }
  return {
    async getUser(credentials) {
      const sent = await current(credentials)
      const answer = await client.getUser(sent)
      if (answer.ok || answer.fault.class !== 'credentials' || identityFaultOf(answer.fault)) return answer
      const list = await tokens.list(environment)
      const refused = list.find(({ value }) => value.equals(sent.developerToken))
      const other = list.find(({ value }) => !value.equals(sent.developerToken))
      if (!refused || !other) return answer
      const second = await client.getUser({ ...sent, developerToken: other.value })
      if (second.ok) await tokens.recordFailover(environment, refused, other)
      return second.ok ? second : answer
    },
    searchAccounts: async (credentials, userId, pageIndex) =>
      client.searchAccounts(await current(credentials), userId, pageIndex),
    findAccounts: async (credentials, accountIds) =>
      client.findAccounts(await current(credentials), accountIds),
    getAccountsInfo: async (credentials, customerId) =>
      client.getAccountsInfo(await current(credentials), customerId),
    getLinkedAccountsAndCustomersInfo: async (credentials, customerId) =>
      client.getLinkedAccountsAndCustomersInfo(await current(credentials), customerId),
    getAccount: async (credentials, accountId) => client.getAccount(await current(credentials), accountId),
    getCustomer: async (credentials, customerId) =>
      client.getCustomer(await current(credentials), customerId),
    getCustomersInfo: async (credentials) => client.getCustomersInfo(await current(credentials)),
  }
}
