import { describe, expect, test } from 'vitest'
import { systemClock } from '../../shared/clock.ts'
import type { ReadyDependencies } from '../../shared/ready/dependencies.ts'
import { checkSecrets } from '../../shared/ready/secrets.ts'
import { Secret } from '../../shared/secret.ts'

const token = 'sandbox-developer-token'
const secret = 'sandbox-microsoft-client-secret'

async function look(values: Readonly<Record<string, string>>) {
  const read = async (name: string) =>
    name in values ? { name, value: new Secret(values[name] ?? ''), version: '1', tags: {} } : undefined
  const broker = {
    config: {
      environments: new Map([['sandbox', { environment: 'sandbox', microsoft: {} }]]),
      clientAuthentication: 'secret',
      vault: { url: 'https://kv-broker.vault.azure.net' },
    },
    clock: systemClock,
    secretHealth: { refused: async () => undefined },
    vaults: { main: { read } },
  } as unknown as ReadyDependencies
  const checks = await checkSecrets(broker)
  return (name: string) => checks.find((check) => check.name === `secret ${name}`)
}

describe('a secret', () => {
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
})
