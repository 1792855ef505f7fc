import { expect } from 'vitest'
import { people as everyPerson } from '../../local/people.ts'
import type { LogEvents } from '../../shared/domain/logEvents.ts'
import type { World } from './world.ts'

/** How the platform takes an instance away. `killed` is in the middle, without a chance to finish anything. */
export const ways = {
  hook: { signal: 'SIGINT', hooks: true },
  signal: { signal: 'SIGTERM', hooks: false },
  both: { signal: 'SIGTERM', hooks: true },
  killed: { signal: 'SIGKILL', hooks: true },
} as const

/** One of {@link ways}. */
export type Way = keyof typeof ways

/** A person whose browser is about to return to the broker. */
export interface Person {
  readonly tenant: string
  readonly username: string
  readonly connectUrl: string
  readonly callbackUrl: string
  readonly cookie: string
}

/** What one termination left. */
export interface Termination {
  readonly way: Way
  readonly exitCode: number | null
  /** What the instance says of its end; undefined if it had no chance. */
  readonly end: LogEvents['instance.ended'] | undefined
  /** Requests of people and apps that got no good answer. */
  readonly cut: number
}

const people = ['ada@outlook.example', 'radia@contoso.example']

/** Lets people sign in, up to the callback. */
export async function arrive(world: World): Promise<Person[]> {
  const one = async (username: string): Promise<Person> => {
    const tenant = world.newTenant()
    const { connectUrl } = await world.session(tenant)
    return { tenant, username, connectUrl, ...(await world.stopAtCallbackOf(connectUrl, username)) }
  }
  return Promise.all(people.map(one))
}

/** A person's browser at the broker, as if it had just come back from Microsoft, or reloads. */
export async function returnTo({ callbackUrl, cookie }: Person): Promise<URL | undefined> {
  const answer = await fetch(callbackUrl, { headers: { cookie }, redirect: 'manual' })
  return answer.status === 303 ? new URL(answer.headers.get('location') ?? '') : undefined
}

/** Connects tenants whose tokens are too short-lived to be vended, so each vend needs a refresh. */
export async function connectStale(world: World): Promise<string[]> {
  await world.signIn.settings({ accessTokenSeconds: 30 })
  const tenants = await Promise.all([world.connected(), world.connected(people[1]), world.connected()])
  await world.signIn.settings({ accessTokenSeconds: 3600 })
  return tenants
}

/** Vends. @returns the status, and the reason if there's no token. */
export async function vend(world: World, tenant: string): Promise<string> {
  const { body, status } = await world.call('GET', `/v1/tenants/${tenant}/token`)
  return [status, body.reason].filter(Boolean).join(' ')
}

/** Lets Microsoft Advertising refuse every token so far: each tenant's next call needs a refresh with its grant. */
export async function expireTokens(world: World): Promise<void> {
  for (const { objectId, username } of everyPerson)
    if (people.includes(username)) await world.advertising.control('POST', 'expire-tokens', { objectId })
}

/**
 * Takes the first broker away while it connects people and refreshes tenants, and starts it again.
 * @param moment the number of calls to the token endpoint after which it happens.
 */
export async function takeAway(
  world: World,
  { people: arrived, tenants }: { readonly people: readonly Person[]; readonly tenants: readonly string[] },
  { moment, next, way }: { readonly way: Way; readonly next: Way; readonly moment: number },
): Promise<Termination> {
  await world.signIn.forget()
  const requests = [
    ...arrived.map(async (person) => (await returnTo(person))?.searchParams.get('status') === 'connected'),
    ...tenants.map(async (tenant) => (await vend(world, tenant)) === '200'),
  ].map((request) => request.catch(() => false))
  let isAnswered = false
  const answered = Promise.all(requests).finally(() => {
    isAnswered = true
  })
  const isTime = async () => isAnswered || (await tokenCalls(world)) >= moment
  await expect.poll(isTime, { timeout: 30_000, interval: 5 }).toBe(true)
  const broker = world.brokers[0]!
  const exitCode = await broker.kill(ways[way].signal)
  const cut = (await answered).filter((isGood) => !isGood).length
  await world.restart(ways[next].hooks)
  return { way, exitCode, end: endOf(broker.lines), cut }
}

async function tokenCalls(world: World): Promise<number> {
  return (await world.signIn.requests()).filter(({ endpoint }) => endpoint === 'token').length
}

/** The line `instance.ended`, if there is one. */
function endOf(lines: readonly string[]): Termination['end'] {
  const line = lines.find((each) => each.includes('"event":"instance.ended"'))
  return line && JSON.parse(line.slice(line.indexOf('{"event"')))
}
