import { afterAll, beforeAll, expect, test } from 'vitest'
import { examine } from '../../scripts/doctor.ts'
import { runSweep } from '../../shared/operations/runSweep.ts'
import { checkReadiness } from '../../shared/ready/readiness.ts'
import { Secret } from '../../shared/secret.ts'
import { createSecretClient } from '../../shared/storage/clients.ts'
import { letTimePass } from './letTimePass.ts'
import { type OperatorWorld, openOperatorWorld } from './operator.ts'

let world: OperatorWorld
const expiresOn = new Date(Date.now() + 365 * 86_400_000)

beforeAll(async () => {
  world = await openOperatorWorld()
})

afterAll(() => world.stack.stop())

const eventsOf = (event: string) =>
  world.lines.map((line) => JSON.parse(line)).filter((line) => line.event === event)

test('a client secret that Entra no longer accepts falls over to the next, and /ready reports it', async () => {
  const name = await world.connect('rotating', 'ada@outlook.example')
  const secret = 'production-microsoft-client-secret'
  const before = await world.broker.vaults.main.read(secret)
  await world.broker.vaults.main.write(`${secret}-next`, new Secret('the-next-secret'), { expiresOn })
  const { clientId } = world.broker.signInTable({ environment: 'production', identityProvider: 'microsoft' })!
  const answer = await fetch(`${world.stack.parts.signIn.origin}/_control/clients/${clientId}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      clientSecrets: ['the-next-secret'],
      expiredClientSecrets: [before?.value.expose()],
    }),
  })
  expect(answer.status).toBe(204)
  const broker = world.createBroker()
  expect(await world.refreshes(name, broker)).toBe(true)
  expect(eventsOf('secret.fell_over')).toMatchObject([{ secret }])
  const { checks, events, holds } = await checkReadiness(broker)
  expect(checks.find((check) => check.name === `secret ${secret}`)).toMatchObject({ ok: false })
  expect(events).toMatchObject([{ type: 'secret.fell_over', secret }])
  expect(holds).toEqual([])
  await broker.vaults.main.write(secret, new Secret('the-next-secret'), { expiresOn })
  await broker.vaults.main.remove(`${secret}-next`)
  const after = world.createBroker()
  expect(await world.refreshes(name, after)).toBe(true)
  expect((await checkReadiness(after)).checks.find((check) => check.name === `secret ${secret}`)?.ok).toBe(
    true,
  )
})

test('a developer token that is disabled falls over to the next after Microsoft Advertising’s refusal', async () => {
  const name = await world.connect('developer', 'ada@outlook.example')
  const secret = 'production-developer-token'
  const { main } = world.broker.vaults
  const good = (await main.read(secret))!.value
  await main.write(secret, new Secret('DISABLED'), { expiresOn })
  await main.write(`${secret}-next`, good, { expiresOn })
  const broker = world.createBroker()
  const refreshed = await broker.refresher.refresh(name, { for: 'replacement', seen: new Date() })
  const none = new Secret('')
  const accessToken = refreshed.outcome === 'refreshed' ? (refreshed.accessToken ?? none) : none
  const read = async () => (await broker.developerTokens.current('production'))?.value.expose()
  expect(await read()).toBe('DISABLED')
  const developerToken = new Secret('DISABLED')
  const credentials = { accessToken, developerToken, identityProvider: 'microsoft' } as const
  expect(await broker.advertising('production').getUser(credentials)).toMatchObject({ ok: true })
  expect(await read()).toBe(good.expose())
  expect(eventsOf('secret.fell_over')).toMatchObject([{}, { secret }])
})

test('a sweep notices a secret that expires soon, and the doctor shows it', async () => {
  const { config, credential } = world.broker
  const client = createSecretClient(config, credential, config.vault.url)
  const secret = 'sandbox-developer-token'
  const { value } = await client.getSecret(secret)
  const expiresOn = new Date(Date.now() + 6.5 * 86_400_000)
  await client.setSecret(secret, value ?? '', { expiresOn })
  await runSweep(world.broker)
  await runSweep(world.broker)
  expect(eventsOf('secret.expiring')).toMatchObject([{ secret, daysLeft: 6 }])
  const events = await world.broker.notes.events(9)
  expect(events[0]).toMatchObject({ type: 'secret.expiring', secret, thresholdDays: 7 })
  const { checks } = await examine({ settings: world.stack.settings() })
  expect(checks.find(({ name }) => name === `secret ${secret}`)?.detail).toContain('expires in 6 days')
})

test('a night with a wrong client secret ends as the doctor and its page say: the twin is recovered, set, and used', async () => {
  const name = await world.connect('night', 'ada@outlook.example')
  const { clientId } = world.broker.signInTable({ environment: 'production', identityProvider: 'microsoft' })!
  await fetch(`${world.stack.parts.signIn.origin}/_control/clients/${clientId}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ clientSecrets: ['brand-new'] }),
  })
  expect(await world.refreshes(name)).toBe(false)
  const find = async () => {
    const { checks } = await examine({ settings: world.stack.settings() })
    return checks.find((check) => check.name === 'environment production microsoft')
  }
  const twin = 'production-microsoft-client-secret-next'
  expect(await find()).toMatchObject({
    ok: false,
    detail: expect.stringContaining('client_secret_invalid'),
    resolution: expect.stringMatching(
      new RegExp(`^az keyvault secret set .*--name ${twin} .*secret-rotation\\.md`),
    ),
  })
  const { config, credential } = world.broker
  const client = createSecretClient(config, credential, config.vault.url)
  // The last rotation has deleted its twin.
  expect(
    JSON.stringify(await client.setSecret(twin, 'brand-new').catch((error: unknown) => error)),
  ).toContain('ObjectIsDeletedButRecoverable')
  await (await client.beginRecoverDeletedSecret(twin)).pollUntilDone()
  await client.setSecret(twin, 'brand-new', { expiresOn })
  const sweep = async () => (await runSweep(world.createBroker())).report.holds
  // A minute after the last attempt, the next one is due.
  expect(await sweep()).toEqual(['production:microsoft'])
  letTimePass(world, 60)
  expect(await sweep()).toEqual([])
  expect(await find()).toBeUndefined()
  expect(await world.refreshes(name)).toBe(true)
})
