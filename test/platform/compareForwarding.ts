import { createVisitor } from '../../local/sign-in/visitor.ts'
import { leaveDownload } from './compareLeaving.ts'
import { type ForwardCase, type ForwardGround, forwardCases } from './forwardCases.ts'
import { type RawAnswer, rawCall } from './rawCall.ts'
import type { Comparison } from './report.ts'
import type { PlatformWorld } from './world.ts'

const defaultSeconds = 15
const endSeconds = 10

/**
 * Sends each case through the package's forwarder to the library's server in a worker, and to the local host: both
 * must give the same answer, in time, and as the case says; and no invocation may stay open in the worker.
 */
export async function compareForwarding(world: PlatformWorld, part: Comparison, only: string): Promise<void> {
  const ground = { token: await world.stack.callerToken(), tenant: 'platform' }
  await connectTenant(world, ground)
  const cases = forwardCases(ground).filter(({ name }) => name.includes(only))
  const isDone = createWatch(world)
  for (const each of cases.filter(({ unpaired }) => !unpaired)) {
    await compareOne(world, each, part)
    const ended = await isDone(each.mayHang ? 0 : endSeconds)
    part.check(`${each.name}: the invocation ends`, ended || each.mayHang !== undefined, '  it stays open')
  }
  const leaving = 'a reader who leaves before a download begins'
  if (leaving.includes(only)) {
    await leaveDownload(world, ground)
    part.check(`${leaving}: the invocation ends`, await isDone(endSeconds), '  it stays open')
  }
  // These wait for the broker to give up, so they run concurrently.
  await Promise.all(cases.filter(({ unpaired }) => unpaired).map((each) => compareOne(world, each, part)))
  part.check('Invocations without a request end', await isDone(endSeconds), '  some stay open')
  if (only === '') await compareNames(world, ground, part)
}

async function compareOne(
  { real, local }: PlatformWorld,
  each: ForwardCase,
  part: Comparison,
): Promise<void> {
  const { name, line, expected, onlyReal, mayHang, deadlineSeconds = defaultSeconds } = each
  const options = { ...each, deadlineSeconds }
  const answer = await rawCall(real.broker, line, options)
  const platform = toSeen(answer)
  if (mayHang && platform.outcome === 'hang') return part.known(`${name} hangs`, true, mayHang)
  part.check(`${name} does not hang`, platform.outcome !== 'hang', `  no answer in ${deadlineSeconds} s`)
  if (expected)
    part.same(`${name} is answered as said`, pick({ ...platform, status: answer.status }, expected), expected)
  if (onlyReal) return
  part.same(name, platform, toSeen(await rawCall(local.broker, line, options)))
}

/** The comparable part of two answers to one request: ids, times, and the bytes before a cut differ. */
function toSeen({ outcome, status, headers, body }: RawAnswer) {
  if (outcome === 'cut') return { outcome, status: null, code: null, type: null, location: null }
  const code = /"code":"(\w+)"/.exec(body)?.[1] ?? null
  return { outcome, status, code, type: headers['content-type'] ?? null, location: headers.location ?? null }
}

const pick = (seen: object, expected: object) =>
  Object.fromEntries(Object.keys(expected).map((key) => [key, (seen as Record<string, unknown>)[key]]))

/** Waits until no invocation is open except those that were open before. */
function createWatch({ program }: PlatformWorld) {
  const known = new Set<string>()
  const open = async () => {
    const ids = Object.keys(await program.ask<Record<string, string>>('GET', '/invocations'))
    return ids.filter((id) => !known.has(id))
  }
  return async (seconds: number): Promise<boolean> => {
    const giveUpAt = Date.now() + seconds * 1000
    for (;;) {
      const left = await open()
      if (left.length === 0) return true
      if (Date.now() > giveUpAt) return !left.map((id) => known.add(id))
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}

/** Names with an own meaning for the app in the map into which the host merges query, body, and route values. */
const ownNames = [
  'Tenant',
  'tenant',
  'TENANT',
  'Service',
  'Path',
  'Session',
  'Headers',
  'headers',
  'Query',
  '$request',
  'sys',
]

/** A member with this name must get the same answer as any other member. */
async function compareNames(world: PlatformWorld, ground: ForwardGround, part: Comparison): Promise<void> {
  for (const [place, request] of Object.entries(mergedRequests(ground))) {
    const ask = async (name: string, port: number) => {
      const { line, body = '' } = request(name)
      const headers = [`Authorization: Bearer ${ground.token}`, 'Content-Type: application/json']
      const options = { headers: [...headers, `Content-Length: ${Buffer.byteLength(body)}`], body: [body] }
      return toSeen(await rawCall(port, line, options))
    }
    const unrelated = await ask('Unrelated', world.real.broker)
    for (const name of ownNames) {
      part.same(`${name} in ${place}, as any other name`, await ask(name, world.real.broker), unrelated)
      part.same(`${name} in ${place}, locally`, await ask(name, world.local.broker), unrelated)
    }
  }
}

function mergedRequests({
  tenant,
}: ForwardGround): Record<string, (name: string) => { line: string; body?: string }> {
  const json = (name: string, value: unknown) => JSON.stringify({ [name]: value })
  return {
    'the query of a vend': (name: string) => ({ line: `GET /v1/tenants/${tenant}/token?${name}=x` }),
    'the body of a vend': (name: string) => ({
      line: `GET /v1/tenants/${tenant}/token`,
      body: json(name, 'x'),
    }),
    'an object in the body of a vend': (name: string) => ({
      line: `GET /v1/tenants/${tenant}/token`,
      body: json(name, { a: 'b' }),
    }),
    'the query of a passed-on call': (name: string) => ({
      line: `POST /v1/tenants/${tenant}/ads/bulk/_echo?${name}=x`,
      body: '{}',
    }),
    'the body of a passed-on call': (name: string) => ({
      line: `POST /v1/tenants/${tenant}/ads/bulk/_echo`,
      body: json(name, 'x'),
    }),
    'the body of a new session': (name: string) => ({
      line: `POST /v1/tenants/${tenant}/connect-sessions`,
      body: json(name, 'x'),
    }),
  }
}

/** Connects the tenant, with all requests through the real router and forwarder. */
async function connectTenant(
  { stack, real }: PlatformWorld,
  { token, tenant }: ForwardGround,
): Promise<void> {
  const answer = await fetch(`http://127.0.0.1:${real.broker}/v1/tenants/${tenant}/connect-sessions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ environment: 'production', returnUrl: stack.returnUrl }),
  })
  const { connectUrl } = (await answer.json()) as { connectUrl?: string }
  if (!connectUrl) throw new Error(`The session was refused with ${answer.status}.`)
  const visit = await createVisitor().signIn({
    authorizeUrl: connectUrl,
    username: 'ada@outlook.example',
    password: 'open-sesame',
    stopAt: stack.returnUrl,
  })
  if (!visit.stopped) throw new Error(`The sign-in ended at ${visit.url}: ${visit.body}`)
}
