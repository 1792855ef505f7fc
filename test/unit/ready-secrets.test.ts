import { describe, expect, test } from 'vitest'
import { systemClock } from '../../shared/clock.ts'
import { checkSeconds } from '../../shared/ready/checks.ts'
import type { ReadyDependencies } from '../../shared/ready/dependencies.ts'
import { checkSecrets } from '../../shared/ready/secrets.ts'
import { Secret } from '../../shared/secret.ts'
import { createCertified } from './certified.ts'
import { createVirtualClock } from './virtualClock.ts'

const token = 'sandbox-developer-token'
const secret = 'sandbox-microsoft-client-secret'

type WhyAbsent = () => Promise<'missing' | 'deleted' | 'disabled'>
let whyAbsent: WhyAbsent = async () => 'missing'

function brokerOf(values: Readonly<Record<string, string>>, clientAuthentication = 'secret') {
  const read = async (name: string) =>
    name in values ? { name, value: new Secret(values[name] ?? ''), version: '1', tags: {} } : undefined
  return {
    config: {
      environments: new Map([['sandbox', { environment: 'sandbox', microsoft: {} }]]),
      clientAuthentication,
      vault: { url: 'https://kv-broker.vault.azure.net' },
    },
    clock: systemClock,
    secretHealth: { refused: async () => undefined },
    vaults: { main: { read, whyAbsent } },
  } as unknown as ReadyDependencies
}

async function look(values: Readonly<Record<string, string>>, clientAuthentication = 'secret') {
  const checks = await checkSecrets(brokerOf(values, clientAuthentication))
  return (name: string) => checks.find((check) => check.name === `secret ${name}`)
}

describe('a secret', () => {
  const of = '--vault-name kv-broker --name sandbox-developer-token'
  const create = `az keyvault secret set ${of} --file <file> --expires <date> --output none`
  test.each<[string, WhyAbsent, string]>([
    ['is missing', async () => 'missing', create],
    ['is deleted', async () => 'deleted', `az keyvault secret recover ${of}`],
    ['is disabled', async () => 'disabled', `az keyvault secret set-attributes ${of} --enabled true`],
    [
      'is missing',
      async () => Promise.reject(new Error('403')),
      `${create}; if it was deleted: az keyvault secret recover ${of}`,
    ],
  ])('without a value has its own fix: it %s', async (detail, why, resolution) => {
    whyAbsent = why
    expect((await look({ [secret]: 'S' }))(token)).toMatchObject({ ok: false, detail, resolution })
  })

  test('and its successor are read at the same time, so a vault that hangs is told of after one limit', async () => {
    const clock = createVirtualClock()
    const vaults = { main: { host: 'kv-broker.vault.azure.net', read: () => new Promise(() => {}) } }
    const broker = { ...brokerOf({}), clock, vaults } as unknown as ReadyDependencies
    const checks = await clock.run(checkSecrets(broker))
    expect(clock.passed()).toBe(checkSeconds)
    expect(checks).toHaveLength(3)
    for (const { detail } of checks)
      expect(detail).toBe('no answer from kv-broker.vault.azure.net within 8 s')
  })

  test('is not at fault if the tables hang, which remember what was refused', async () => {
    const clock = createVirtualClock()
    const secretHealth = { refused: () => new Promise(() => {}) }
    const broker = { ...brokerOf({ [token]: 'T', [secret]: 'S' }), clock, secretHealth }
    const checks = await clock.run(checkSecrets(broker as unknown as ReadyDependencies))
    const of = (name: string) => checks.find((check) => check.name === `secret ${name}`)
    for (const name of [token, secret])
      expect(of(name)).toMatchObject({ ok: true, detail: 'is present; it has no expiry date' })
  })

  test.each([
    [token, 'MY TOKEN', 'contains a space'],
    [secret, 'MY\u200bSECRET', 'contains an invisible character'],
    [`${token}-next`, '"MYTOKEN"', 'has quotation marks around it'],
  ])('%s with %j is named with its command, without its value', async (name, value, detail) => {
    const found = (await look({ [token]: 'T', [secret]: 'S', [name]: value }))(name)
    expect(found).toMatchObject({ ok: false, detail })
    expect(found?.resolution).toContain(`--vault-name kv-broker --name ${name} `)
    expect(JSON.stringify(found)).not.toContain('MY')
  })

  test('with a trailing line break is valid, because the break is removed', async () => {
    const find = await look({ [token]: 'TOKEN\n', [secret]: 'SECRET\r\n' })
    expect([find(token)?.ok, find(secret)?.ok]).toEqual([true, true])
  })

  test('that is a certificate ends when its certificate does, whatever the vault says', async () => {
    const certificate = 'sandbox-microsoft-client-certificate'
    const day = 86_400_000
    const [over, near] = await Promise.all(
      [-day, 3.5 * day].map((after) => createCertified('rsa', new Date(Date.now() + after))),
    )
    const values = { [token]: 'T', [certificate]: over!.pem, [`${certificate}-next`]: near!.pem }
    const find = await look(values, 'certificate')
    expect(find(certificate)).toMatchObject({
      ok: false,
      detail: `its certificate expired on ${new Date(Date.now() - day).toISOString().slice(0, 10)}`,
      resolution: expect.stringContaining(`--name ${certificate}-next `),
    })
    expect(find(`${certificate}-next`)).toMatchObject({
      ok: true,
      detail: 'is present; its certificate expires in 3 days',
    })
  })
})
