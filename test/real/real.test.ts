import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { RealOutcome, RealPlan } from './inside.ts'
import { findNamespaces, runWithMicrosoftsNames } from './namespaces.ts'

const way = findNamespaces()
if (!way)
  console.warn(
    'npm start -- --real is not tested: unshare(1) may not make a network and a mount namespace here.',
  )

const clientId = '12345678-1234-4234-8234-123456789abc'
const clientSecret = 'right~secret-of-the-registration'
const universal = 'BBD37VB98'
const production = 'PRODUCTION-DEVELOPER-TOKEN'
const right = { REAL_CLIENT_ID: clientId, REAL_CLIENT_SECRET: clientSecret }

/** The starts, in this order. */
const names = [
  'first',
  'kept',
  'wrongSecret',
  'rightAgain',
  'wrongToken',
  'production',
  'nothing',
  'secretId',
] as const

describe.skipIf(!way)('npm start -- --real, at Microsoft’s own host names', () => {
  let folder: string
  let outcomes: Readonly<Record<(typeof names)[number], RealOutcome>>

  /** All in one machine of its own, because making it and the stand-ins takes longest. */
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'broker-real-'))
    const file = join(folder, 'credentials.env')
    await writeFile(file, `REAL_CLIENT_ID=${clientId}\nREAL_CLIENT_SECRET=wrong~secret\n`, { mode: 0o600 })
    const sandbox = (env: Record<string, string>, ...args: string[]) => ({ data: 'sandbox', args, env })
    const ofProduction = { ...right, REAL_DEVELOPER_TOKEN: production }
    const starts: Record<(typeof names)[number], RealPlan['starts'][number]> = {
      first: sandbox(right),
      kept: sandbox({}),
      wrongSecret: sandbox({}, '--credentials', file),
      rightAgain: sandbox(right),
      wrongToken: sandbox({ ...right, REAL_DEVELOPER_TOKEN: 'not-a-developer-token' }),
      production: { data: 'production', args: ['--environment', 'production'], env: ofProduction },
      nothing: { data: 'empty', args: ['--environment', 'production'], env: {} },
      secretId: { data: 'empty', args: [], env: { ...right, REAL_CLIENT_SECRET: clientId } },
    }
    const plan: RealPlan = {
      folder,
      own: {
        clientId,
        clientSecret,
        redirectUri: 'http://localhost:7071/oauth/callback',
        developerTokens: { production: [production], sandbox: [universal] },
      },
      starts: names.map((name) => starts[name]),
    }
    const command = [process.execPath, join(import.meta.dirname, 'inside.ts'), JSON.stringify(plan)]
    const printed = await runWithMicrosoftsNames(way ?? [], command)
    const all: RealOutcome[] = JSON.parse(printed)
    outcomes = Object.fromEntries(all.map((outcome, index) => [names[index], outcome])) as typeof outcomes
  }, 300_000)

  afterAll(() => rm(folder, { recursive: true, force: true }))

  const entries = (name: (typeof names)[number]) =>
    outcomes[name].out
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line))

  const stepsOf = (name: (typeof names)[number]) =>
    entries(name)
      .filter(({ event }) => event === 'step')
      .map(({ name: step, ok }) => `${ok ? 'ok' : 'failed'} ${step}`)

  const everyStep = ['ready', 'connectSession', 'signIn', 'status', 'vend', 'callAdvertising']

  test.each(['first', 'kept', 'rightAgain', 'production'] as const)(
    'connects, vends, and calls User/Query: %s',
    (name) => {
      expect(stepsOf(name)).toEqual(everyStep.map((step) => `ok ${step}`))
      expect(outcomes[name]).toMatchObject({ status: 0, err: '' })
    },
  )

  test('calls the API of the environment', () => {
    expect(outcomes.first.out).toContain('https://clientcenter.api.sandbox.bingads.microsoft.com/')
    expect(outcomes.production.out).toContain('https://clientcenter.api.bingads.microsoft.com/')
  })

  test('says which redirect URI the registration needs, and prints the link', () => {
    expect(outcomes.first.out).toContain('http://localhost:7071/oauth/callback')
    const link = entries('first').find(({ event }) => event === 'try')
    expect(link.command).toContain('http://localhost:7071/oauth/authorize?session=')
  })

  test('a wrong client secret ends the wait with its reason, and the next start with the right one works', () => {
    expect(stepsOf('wrongSecret').at(-1)).toBe('failed signIn')
    expect(entries('wrongSecret').find(({ ok }) => ok === false).error).toContain('client_secret_invalid')
    expect(outcomes.wrongSecret.status).toBe(1)
    expect(outcomes.rightAgain.status).toBe(0)
  })

  test('a wrong developer token is named beside the account, because Microsoft’s answer is the same', () => {
    expect(stepsOf('wrongToken').at(-1)).toBe('failed signIn')
    const { error } = entries('wrongToken').find(({ ok }) => ok === false)
    expect(error).toMatch(/no_advertising_user, advertising_105.*developer token/)
  })

  test('says which values are missing, and tells a secret’s ID from its value', () => {
    expect(outcomes.nothing.err).toContain('REAL_CLIENT_ID, REAL_CLIENT_SECRET, REAL_DEVELOPER_TOKEN')
    expect(outcomes.secretId.err).toContain('REAL_CLIENT_SECRET: is the secret’s ID')
    expect([outcomes.nothing.status, outcomes.secretId.status]).toEqual([1, 1])
  })

  test('prints and logs no credential', async () => {
    const logs = ['sandbox', 'production'].map((data) => readFile(join(folder, data, 'broker.log'), 'utf8'))
    const all = [
      ...Object.values(outcomes).flatMap(({ err, out }) => [err, out]),
      ...(await Promise.all(logs)),
    ]
    for (const credential of [clientSecret, 'wrong~secret', production, universal])
      expect(all.join('\n')).not.toContain(credential)
  })
})
