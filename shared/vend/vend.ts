import { LRUCache } from 'lru-cache'
import * as z from 'zod'
import { requestHeaders, serviceUrls } from '../advertising/services.ts'
import {
  addSeconds,
  type Clock,
  createDeadline,
  type Deadline,
  secondsUntil,
  TimeLimitError,
} from '../clock.ts'
import type { Config } from '../config.ts'
import type { AccountStore } from '../domain/account.ts'
import { findAccount, type WantedWay } from '../domain/findAccount.ts'
import type { DefaultAccount, TenantName } from '../domain/tenant.ts'
import { tenantKey } from '../domain/tenantKey.ts'
import type { VendedTenant } from '../domain/vendedTenant.ts'
import { type Environment, environments } from '../environment.ts'
import { Problem } from '../problems.ts'
import type { Secret } from '../secret.ts'
import type { DeveloperTokens } from '../secrets/developerTokens.ts'
import { type AccessTokens, minimumValidity } from './accessTokens.ts'
import { explainMissingToken, explainTimeLimit } from './explainMissingToken.ts'
import type { MissingToken, UsableToken } from './usableToken.ts'

/** The options of a vend. */
export interface VendOptions extends WantedWay {
  /** The least validity that the app needs: a token with less is never vended. Seconds. */
  readonly minValiditySeconds?: number | undefined
  /** Account id, or the account number shown on Microsoft's pages. */
  readonly accountId?: string | undefined
}

/** No access token lives longer than Microsoft's 60 to 90 minutes; more than 55 minutes is never promised. */
export const maxRequestedValiditySeconds = 3300

/** Everything that an app needs to call Microsoft Advertising. */
export const vendResponse = z
  .object({
    tenant: z.string(),
    environment: z.enum(environments),
    accessToken: z.string(),
    tokenType: z.literal('Bearer'),
    expiresAt: z.iso.datetime(),
    expiresIn: z.int().describe('Seconds.'),
    developerToken: z.string(),
    customerId: z.string().describe('The customer through which the user reaches the account.'),
    accountId: z.string(),
    headers: z.record(z.string(), z.string()).describe('Can be spread into the call unchanged.'),
    services: z.record(z.string(), z.url()).describe('REST base URL of each service in this environment.'),
  })
  .meta({ id: 'Vend', description: 'What a call to Microsoft Advertising needs now.' })

/** The value of a {@link vendResponse}. */
export type VendResponse = z.infer<typeof vendResponse>

/** Dependencies of vending. */
export interface VendDependencies {
  readonly config: Config
  readonly accessTokens: AccessTokens
  readonly accounts: AccountStore
  readonly developerTokens: Pick<DeveloperTokens, 'current'>
  readonly clock: Clock
}

/** The vend, as routes call it. */
export interface Vend {
  /** @throws Problem that says who must act, including at the time limit of a vend (`VEND_LIMIT_SECONDS`). */
  vend(name: TenantName, options: VendOptions): Promise<VendResponse>
}

/** Some 20 MB: one for each tenant that fits into the memory of tokens. */
const maxRememberedAccounts = 50_000

/** Creates the vend: three credentials, the ids, and the headers and hosts to use them with. */
export function createVend(dependencies: VendDependencies): Vend {
  const { config, clock, accessTokens } = dependencies
  const services = new Map([...config.environments].map(([name, settings]) => [name, serviceUrls(settings)]))
  const resolve = createAccountResolver(dependencies.accounts)
  const prepare = createPreparation((environment) => services.get(environment) ?? {})
  const attempt = async (asked: VendRequest, isSecond: boolean): Promise<VendResponse> => {
    const { name, options, deadline } = asked
    const obtained = await accessTokens.get(name, options.minValiditySeconds, deadline)
    if (!obtained.ok) throw explainMissingToken(config, obtained, clock.now())
    const { environment } = obtained.tenant
    const find = () => resolve(obtained.tenant, options)
    const account = defaultFor(obtained.tenant, options) ?? (await deadline.step('finding the account', find))
    const developerToken = await currentToken(dependencies, environment, deadline)
    const expiresIn = secondsUntil(obtained.expiresAt, clock.now())
    // Resolving the account and the developer token takes time, and the promised validity counts from the answer.
    if (expiresIn < minimumValidity(options.minValiditySeconds)) {
      if (isSecond) throw explainMissingToken(config, tooShort(expiresIn), clock.now())
      return attempt(asked, true)
    }
    return { ...prepare(obtained, account, developerToken), expiresIn }
  }
  return {
    async vend(name, options) {
      const deadline = createDeadline(clock, addSeconds(clock.now(), config.vendLimitSeconds))
      try {
        return await attempt({ name, options, deadline }, false)
      } catch (error) {
        throw error instanceof TimeLimitError ? explainTimeLimit(error) : error
      }
    },
  }
}

interface VendRequest {
  readonly name: TenantName
  readonly options: VendOptions
  readonly deadline: Deadline
}

function tooShort(validSeconds: number): MissingToken {
  return { ok: false, because: 'validity_not_reached', validSeconds }
}

/** A limit costs 30 µs of processor time, ten times the rest of a warm vend, so a token in memory has none. */
async function currentToken(
  { developerTokens }: VendDependencies,
  environment: Environment,
  deadline: Deadline,
): Promise<Secret> {
  const current = developerTokens.current(environment)
  const token =
    current instanceof Promise ? await deadline.step('reading the developer token', () => current) : current
  return token.value
}

/** The tenant's default account, if the caller asks for it and for the same way to reach it. */
function defaultFor(
  { defaultAccount }: VendedTenant,
  { accountId, customerId }: VendOptions,
): DefaultAccount | undefined {
  const isThat = accountId === undefined || accountId === defaultAccount?.accountId
  const isThatWay = customerId === undefined || customerId === defaultAccount?.customerId
  return isThat && isThatWay ? defaultAccount : undefined
}

function createAccountResolver(store: AccountStore) {
  const known = new LRUCache<string, DefaultAccount>({ max: maxRememberedAccounts })
  return async (tenant: VendedTenant, options: VendOptions): Promise<DefaultAccount> => {
    const { accountsGeneration, defaultAccount } = tenant
    const { accountId: wanted = defaultAccount?.accountId, customerId, acceptsOwner } = options
    if (wanted === undefined) throw new Problem('account_not_chosen')
    const key = `${tenantKey(tenant)}:${accountsGeneration}:${wanted}:${customerId ?? ''}:${acceptsOwner ?? false}`
    const found = known.get(key)
    if (found) return found
    const { accountId, customerId: through } = await findAccount(store, tenant, wanted, options)
    const account = { accountId, customerId: through }
    known.set(key, account)
    return account
  }
}

type Prepared = Omit<VendResponse, 'expiresIn'>

/** The answers to a token that is vended again and again are one object, so that it's also written once ({@link writeVend}). */
function createPreparation(servicesOf: (environment: Environment) => Readonly<Record<string, string>>) {
  const prepared = new WeakMap<UsableToken, { readonly answer: Prepared; readonly developerToken: Secret }>()
  return (usable: UsableToken, account: DefaultAccount, developerToken: Secret): Prepared => {
    const known = prepared.get(usable)
    const isThat =
      known?.developerToken === developerToken &&
      known.answer.accountId === account.accountId &&
      known.answer.customerId === account.customerId
    if (known && isThat) return known.answer
    const answer = toAnswer(usable, account, developerToken, servicesOf(usable.tenant.environment))
    prepared.set(usable, { answer, developerToken })
    return answer
  }
}

function toAnswer(
  { tenant, accessToken, expiresAt }: UsableToken,
  { accountId, customerId }: DefaultAccount,
  developerToken: Secret,
  services: Readonly<Record<string, string>>,
): Prepared {
  const identityProvider = tenant.grant?.identityProvider ?? 'microsoft'
  return {
    tenant: tenant.tenant,
    environment: tenant.environment,
    accessToken: accessToken.expose(),
    tokenType: 'Bearer',
    expiresAt: expiresAt.toISOString(),
    developerToken: developerToken.expose(),
    customerId,
    accountId,
    headers: requestHeaders({ accessToken, developerToken, identityProvider, customerId, accountId }),
    services,
  }
}
