import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { createOpenPlaces, type Leak } from '../canary/openPlaces.ts'
import { createContractCheck } from '../end-to-end/contractCheck.ts'
import type { World } from '../end-to-end/world.ts'
import { type Ground, openGround } from './ground.ts'
import { faultsOf } from './judge.ts'
import { tenants } from './known.ts'
import { operations, toTitle } from './operations.ts'
import { type FuzzRequest, fuzzRequest } from './request.ts'
import { type FilledRequest, type FuzzAnswer, send } from './send.ts'
import { encodeField } from './spelling.ts'

/** Options of a run. */
export interface FuzzOptions {
  /** A world with the {@link fuzzSettings}. */
  readonly world: World
  /** The number of requests. */
  readonly requests: number
  readonly seed: number
  /** A failed case of an earlier run with the same seed; runs only that. */
  readonly path?: string
  /** The log lines of the broker's processes. Default is those of the world's brokers. */
  readonly lines?: () => readonly string[]
  /** Called with the number of requests so far, now and then. */
  readonly onProgress?: (requests: number) => void
}

/** What a run has found. */
export interface FuzzResult {
  readonly requests: number
  /** How often each status was answered. */
  readonly statuses: Readonly<Record<string, number>>
  /** Operations that let no request in: none was well enough. */
  readonly unreached: readonly string[]
  /** In words, with what replays it. */
  readonly findings: readonly string[]
}

/** Requests in flight at a time. */
const lanes = 6
/** Requests between two looks at what the broker has written: the collector keeps 2,000 traces. */
const batch = 250

/** Sends generated requests, and judges each answer and everything that the broker writes while they are sent. */
export async function fuzz(options: FuzzOptions): Promise<FuzzResult> {
  const { world, seed, path } = options
  const ground = await openGround(world)
  const hidden = await ground.hidden()
  const run = createRun(options, ground, await createContractCheck())
  const { search } = ground
  const places = createOpenPlaces({ world, search, ...(options.lines && { lines: options.lines }) })
  const findings: string[] = []
  const look = async () => findings.push(...places.searchTelemetry().map((leak) => run.describeLeak(leak)))
  for (let done = 0; done < options.requests && findings.length < 10; done += batch) {
    const share = Math.ceil(Math.min(batch, options.requests - done) / lanes)
    const seeds = path ? [seed] : Array.from({ length: lanes }, (_, lane) => seed + done + lane)
    const each = await Promise.all(
      seeds.map((own) => run.check({ seed: own, numRuns: path ? 1 : share, ...(path && { path }) })),
    )
    findings.push(...each.flat())
    await look()
    await ground.reconnect()
    if ((done / batch) % 8 === 7) await ground.learnSecrets()
    options.onProgress?.(done + batch)
    if (path) break
  }
  await ground.learnSecrets()
  findings.push(...(await places.searchStored()).map((leak) => run.describeLeak(leak)))
  await look()
  if ((await ground.hidden()) !== hidden) findings.push('A tenant of the other workspace has changed.')
  const left = world.takeUnanswered()
  if (left.length > 0) findings.push(`Left unanswered: ${left[0]}`)
  return { ...run.counted(), findings: [...new Set(findings)] }
}

type Check = Awaited<ReturnType<typeof createContractCheck>>

function createRun({ world }: FuzzOptions, ground: Ground, checkContract: Check) {
  const statuses: Record<string, number> = {}
  const latest = new Map<string, string>()
  const unreached = new Set(operations.filter(({ isListed }) => isListed).map(toTitle))
  let requests = 0

  const act = async (asked: FuzzRequest) => {
    const trace = randomBytes(16).toString('hex')
    const sent = fill(asked, ground, trace)
    latest.set(trace, show(asked, sent))
    if (latest.size > 20 * batch) latest.delete(latest.keys().next().value!)
    const answer = await sendUntilReady(world.origin, sent)
    requests++
    statuses[answer.status] = (statuses[answer.status] ?? 0) + 1
    // What has a tracking id was answered by Microsoft Advertising, to which the call was let through.
    if (answer.status < 400 || answer.headers.trackingid) unreached.delete(asked.from)
    const faults = faultsOf({ asked, sent, answer }, ground, checkContract)
    if (faults.length === 0) return settle(asked, answer, sent.target)
    throw new Error(
      `${faults.join('; ')}\n${show(asked, sent)}\n${answer.status} ${answer.body.slice(0, 1500)}`,
    )
  }

  const settle = async (asked: FuzzRequest, answer: FuzzAnswer, target: string) => {
    ground.live.learn(answer, target)
    if (asked.method === 'DELETE' && answer.status < 400) await ground.reconnect()
  }

  return {
    async check(parameters: { readonly seed: number; readonly numRuns: number; readonly path?: string }) {
      const property = fc.asyncProperty(fuzzRequest, act)
      const { counterexamplePath, errorInstance, failed } = await fc.check(property, parameters)
      if (!failed) return []
      const replay = `npm run fuzz -- --seed ${parameters.seed} --path ${counterexamplePath}`
      return [`${(errorInstance as Error | null)?.message}\nReplay: ${replay}`]
    },
    describeLeak: ({ place, secrets, text }: Leak) => {
      const trace = /"trace_?[iI]d":"(\w+)"/.exec(text)?.[1] ?? ''
      return `${secrets.join(', ')} in ${place}: ${text}\nRequest: ${latest.get(trace) ?? 'unknown'}`
    },
    counted: () => ({ requests, statuses, unreached: [...unreached] }),
  }
}

/** A busy machine's storage may be late, which isn't the request's fault: it's repeated, twice at most. */
async function sendUntilReady(origin: string, sent: FilledRequest): Promise<FuzzAnswer> {
  let answer = await send(origin, sent)
  for (let again = 0; again < 2 && answer.status === 503; again++) answer = await send(origin, sent)
  return answer
}

/** A longer head never reaches the worker (`local/host/pairing.ts`): test/platform has those. */
const maxTarget = 8000

/** Puts the live values in, and cuts what is too long with them. The other workspace's own app lets its hidden tenant be. */
function fill(asked: FuzzRequest, { authorization, live }: Ground, trace: string): FilledRequest {
  const target = live.fill(asked.target, encodeField)
  const credential = authorization(asked.caller)
  const isOther = asked.caller === 'other'
  return {
    method: asked.method,
    target: (isOther ? target.replaceAll(tenants.hidden, tenants.other) : target).slice(0, maxTarget),
    headers: [
      ...(credential ? [['authorization', credential] as const] : []),
      ...(asked.headers.some(([name]) => name === 'traceparent')
        ? []
        : [['traceparent', `00-${trace}-${trace.slice(16)}-01`] as const]),
      ...asked.headers.map(([name, value]) => [name, live.fill(value)] as const),
    ],
    body: asked.body && {
      ...asked.body,
      // An app can bring a consent of anyone's whose refresh token it has: what it then sees is its own.
      text: live.fill(
        isOther ? asked.body.text.replaceAll('@@refreshToken@@', '@@otherRefreshToken@@') : asked.body.text,
      ),
    },
  }
}

function show(asked: FuzzRequest, sent: FilledRequest): string {
  const text = JSON.stringify({ ...asked, target: sent.target, body: sent.body })
  return text.length > 3000 ? `${text.slice(0, 3000)}… (${text.length} characters)` : text
}
