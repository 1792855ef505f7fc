import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { waitForConsent } from '../../scripts/broker/connect.ts'
import { createDisconnect } from '../../scripts/broker/disconnect.ts'
import { helpFor, isVerb } from '../../scripts/broker/help.ts'
import { toColumns } from '../../scripts/broker/layout.ts'
import { toRefusalLines } from '../../scripts/broker/refusal.ts'
import { whoActs } from '../../scripts/broker/whoActs.ts'
import { BrokerUnreachableError, type SendToBroker } from '../../scripts/callBroker.ts'
import { brokerVerbs } from '../../scripts/options.ts'
import { actors } from '../../shared/problems.ts'
import { createVirtualClock } from './virtualClock.ts'

const json = (body: unknown, status = 200, headers = {}) =>
  new Response(JSON.stringify(body), { status, headers })

/** A broker that answers one after the other, and then with the last one. */
function brokerWith(...answers: readonly (() => Response)[]): SendToBroker {
  let asked = 0
  return async () => (answers[asked++] ?? answers.at(-1))!()
}

describe('waiting for a consent', () => {
  const wait = (send: SendToBroker, minutes = 15) => {
    const clock = createVirtualClock()
    const states: string[] = []
    const expiresAt = new Date(clock.now().getTime() + minutes * 60_000).toISOString()
    const onState = (state: string) => states.push(state)
    const ended = clock.run(waitForConsent({ send }, { id: 'one', expiresAt }, { clock, onState }))
    return { clock, ended, states }
  }
  const state = (name: string) => () => json({ session: 'one', state: name })

  test.each(['connected', 'failed', 'confirmation_required'])('ends when the session is %s', async (last) => {
    const { clock, ended, states } = wait(
      brokerWith(state('created'), state('opened'), state('opened'), state('abandoned'), state(last)),
    )
    expect(await ended).toEqual({ session: 'one', state: last })
    expect(states).toEqual(['opened', 'abandoned', last])
    expect(clock.passed()).toBe(10)
  })

  test('ends when the link expires', async () => {
    const { clock, ended } = wait(brokerWith(state('opened')))
    expect(await ended).toMatchObject({ state: 'opened' })
    expect(clock.passed()).toBe(900)
  })

  test('outlasts a broker that doesn’t answer or asks to wait, and not one that refuses', async () => {
    const unreachable = () => {
      throw new BrokerUnreachableError('no one there')
    }
    const busy = () => json({ code: 'storage_unavailable' }, 503, { 'retry-after': '30' })
    const outlasting = wait(brokerWith(unreachable, busy, () => json({}, 429), state('connected')))
    expect(await outlasting.ended).toMatchObject({ state: 'connected' })
    expect(outlasting.clock.passed()).toBe(4 * 2 + 30)
    const refused = wait(brokerWith(() => json({ code: 'connect_session_not_found' }, 404)))
    await expect(refused.ended).rejects.toThrow('connect_session_not_found')
  })
})

describe('disconnect', () => {
  let methods: string[]
  beforeEach(() => {
    methods = []
    vi.stubEnv('BROKER_TOKEN', 'given')
    vi.spyOn(console, 'log').mockReturnValue()
    vi.spyOn(console, 'error').mockReturnValue()
    vi.stubGlobal('fetch', async (_url: URL, { method }: RequestInit) => {
      methods.push(method ?? '')
      const status = method === 'DELETE' ? 'disconnected' : 'connected'
      return json({ tenant: 'acme', status, accounts: {}, refresh: {} })
    })
  })
  afterEach(() => {
    vi.unstubAllEnvs()
    vi.unstubAllGlobals()
    vi.restoreAllMocks()
  })
  const disconnect = (typed: string | undefined, more: object = {}) =>
    createDisconnect(typed === undefined ? undefined : async () => typed)({
      values: { tenant: 'acme', ...more },
      words: [],
    })

  test('goes on only after the tenant’s ID was typed', async () => {
    expect(await disconnect('yes')).toBe(1)
    expect(await disconnect('')).toBe(1)
    expect(methods).toEqual(['GET', 'GET'])
    expect(await disconnect(' acme ')).toBe(0)
    expect(methods.at(-1)).toBe('DELETE')
  })

  test('without a person does nothing, unless it may', async () => {
    await expect(disconnect(undefined)).rejects.toThrow('--yes')
    expect(methods).toEqual([])
    expect(await disconnect(undefined, { yes: true })).toBe(0)
    expect(methods).toEqual(['DELETE'])
  })
})

test('every verb’s help explains each of its options', () => {
  for (const name of Object.keys(brokerVerbs).filter(isVerb)) {
    const help = helpFor(name)
    expect(help).not.toContain('undefined')
    for (const option of Object.keys(brokerVerbs[name].options))
      expect(help).toMatch(new RegExp(`^  --${option} +\\S`, 'm'))
  }
})

test('who acts is said in words, for every actor and for those to come', () => {
  expect(actors.map((actor) => whoActs(actor))).toEqual([
    'the advertiser: sign in again',
    'the advertiser’s administrator',
    'your app: correct what it sends',
    'the operator of this broker',
    'no one: it passes, so try again later',
  ])
  expect(whoActs('nobody', 30)).toBe('no one: it passes, so try again in 30 s')
  expect(whoActs('auditor')).toBe('auditor')
})

test('columns are aligned, and a name can’t control the terminal', () => {
  expect(
    toColumns(
      ['A', 'LONG'],
      [
        ['Ünïte😀', 'x\u001b[2Jy'],
        ['b', ''],
      ],
    ),
  ).toEqual(['A       LONG', 'Ünïte😀  x\u{fffd}[2Jy', 'b'])
})

describe('a refusal', () => {
  test('says what happened, who acts, how, and after which wait', () => {
    const body = {
      ...{ code: 'environment_on_hold', detail: 'Our secret.', actor: 'operator', resolution: 'Replace it.' },
      ...{ reason: 'client_secret_expired', requestId: 'one', status: 503 },
    }
    expect(toRefusalLines({ status: 503, body })).toEqual([
      'environment_on_hold (HTTP 503)',
      'Our secret.',
      'Who acts     the operator of this broker',
      'How          Replace it.',
      'Reason       client_secret_expired',
      'Request      one',
    ])
    const passing = {
      status: 503,
      retryAfterSeconds: 5,
      body: { code: 'storage_unavailable', actor: 'nobody' },
    }
    expect(toRefusalLines(passing)).toContain('Who acts     no one: it passes, so try again in 5 s')
  })

  test('that a sign-in resolves names the command for exactly that sign-in', () => {
    const commandFor = (more: object, path = '/v1/tenants/acme%3A1/connect-sessions') => {
      const hint = { method: 'POST', path, body: { identityProvider: 'microsoft', ...more } }
      const lines = toRefusalLines({ status: 409, body: { code: 'reauthorization_required', connect: hint } })
      return lines.find((line) => line.startsWith('Command'))?.slice(13)
    }
    const command = 'npm run broker -- connect --tenant acme:1'
    expect(commandFor({ environment: 'production' })).toBe(command)
    expect(commandFor({ environment: 'sandbox', signInWith: 'work', allowDifferentUser: true })).toBe(
      `${command} --environment sandbox --sign-in-with work --allow-different-user`,
    )
    expect(commandFor({})).toBeUndefined()
  })

  test('that isn’t a problem document asks for the address', () => {
    expect(toRefusalLines({ status: 502, body: undefined })).toEqual([
      'http_502 (HTTP 502)',
      'The answer isn’t a problem document. Is this the broker’s URL?',
    ])
  })

  test('for a missing role says which login has it', () => {
    const asked = (requiredRole: string) =>
      toRefusalLines({ status: 403, body: { code: 'caller_not_allowed', requiredRole } }).join('\n')
    expect(asked('Tokens.Vend')).toContain('Tokens.Vend is for apps. A person (az login)')
    expect(asked('Broker.Operate')).toMatch(/^Role +Broker.Operate$/m)
  })
})
