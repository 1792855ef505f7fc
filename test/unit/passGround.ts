import { Readable } from 'node:stream'
import { addSeconds } from '../../shared/clock.ts'
import type { Tenant } from '../../shared/domain/tenant.ts'
import { type PassThroughCall, passThrough } from '../../shared/passthrough/passThrough.ts'
import { createThrottledCalls } from '../../shared/passthrough/throttledCalls.ts'
import { Secret } from '../../shared/secret.ts'
import { connected, name, now } from '../simulation/ground.ts'
import { connectGround } from './connectGround.ts'

/** An answer from Microsoft Advertising, or a failure of sending. */
type Answer = { readonly status: number; readonly code?: number; readonly headers?: object } | Error

/** A tenant whose calls get these answers, in order, with a token of the given age in seconds. */
export async function passing(
  answers: readonly Answer[],
  { age = 3600, tenant = {} as Partial<Tenant>, token = {}, isReplaced = true, proofs = {} as object } = {},
) {
  const own = connectGround()
  const issued = (at: Date, change: object = {}) => ({
    ...{ ...connected('vault:x'), ...tenant },
    accessToken: { sealed: 's', refreshedAt: at, expiresAt: addSeconds(now, 3600), ...change },
  })
  let row = issued(addSeconds(now, -age), token)
  await own.create(row)
  const seen = {
    bodies: [] as unknown[],
    tokens: [] as unknown[],
    signals: [] as AbortSignal[],
    accepted: 0,
    asked: 0,
    closed: 0,
    replaced: 0,
  }
  const left = [...answers]
  const dependencies = {
    ...(own.dependencies as object),
    config: {
      environments: new Map([['production', { advertisingUrl: 'https://{host}.example' }]]),
      workspaces: [],
    },
    developerTokens: { find: async () => ({ ok: true, value: new Secret('developer'), version: '1' }) },
    accessTokens: {
      get: async () => ({ ok: true, tenant: row, accessToken: new Secret(`token-${seen.replaced}`) }),
      replace: async () => {
        seen.replaced++
        row = issued(now, { replaced: true })
        return isReplaced
          ? { ok: true, tenant: row, accessToken: new Secret('x') }
          : { ok: false, because: 'not_found' }
      },
      forget: () => undefined,
    },
    vend: {
      vend: async () => ({ headers: { DeveloperToken: 'developer' }, customerId: '10', accountId: '1' }),
    },
    throttledCalls: createThrottledCalls(own.clock),
    advertising: () => ({ getUser: async () => void seen.asked++ }),
    developerTokenProofs: {
      of: async () => 'proven',
      recordAccepted: async () => void seen.accepted++,
      ...proofs,
    },
    send: async ({
      body,
      headers,
      signal,
    }: {
      body?: AsyncIterable<Uint8Array>
      signal: AbortSignal
      headers: Record<string, string>
    }) => {
      seen.bodies.push(body)
      seen.signals.push(signal)
      seen.tokens.push(headers.Authorization)
      const answer = left.shift()
      // A failed upload ends the connection, which then fails in its own way.
      if (body && Symbol.asyncIterator in body)
        await Readable.from(body)
          .toArray()
          .catch(() => undefined)
      if (!answer || answer instanceof Error) throw answer ?? new Error('one call too many')
      const { code, headers: more = {}, status } = answer
      const stream = Readable.from([
        Buffer.from(code ? JSON.stringify({ Errors: [{ Code: code }] }) : 'body'),
      ])
      stream.on('close', () => void seen.closed++)
      return { status, headers: new Headers(more as Record<string, string>), body: stream }
    },
  }
  const pass = (change: Partial<PassThroughCall> = {}) =>
    passThrough(dependencies as never, name, {
      ...{ service: 'customerManagement', method: 'POST', path: 'User/Query', query: '' },
      ...{ headers: new Headers(), body: Readable.from([Buffer.from('{}')]) },
      ...change,
    })
  return { ...own, dependencies, pass, seen }
}
