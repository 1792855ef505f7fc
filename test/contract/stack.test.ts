import { readFile } from 'node:fs/promises'
import { createConnection } from 'node:net'
import { TableClient } from '@azure/data-tables'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { apiClientId, callingApps, homeDirectoryId } from '../../local/callers.ts'
import { PortsTakenError } from '../../local/ports.ts'
import { createServer, listen } from '../../local/service.ts'
import {
  brokerSettings,
  dataFolder,
  defaultPorts,
  describeDataFolder,
  type Ports,
  readPorts,
} from '../../local/settings.ts'
import { createVisitor } from '../../local/sign-in/visitor.ts'
import { type Stack, startStack } from '../../local/stack.ts'
import { parseConfig } from '../../shared/config.ts'
import { allSettings } from '../../shared/settings.ts'

describe('the stack', () => {
  let stack: Stack
  beforeAll(async () => {
    stack = await startStack({ ports: 'free' })
  })
  afterAll(() => stack.stop())

  test('returns settings that the broker accepts unchanged', () => {
    const config = parseConfig(stack.settings())
    expect(config.redirectUri).toBe(`http://127.0.0.1:${stack.ports.broker}/oauth/callback`)
    expect([...config.environments.keys()]).toEqual(['production', 'sandbox'])
  })

  test('gives each caller a token with its roles, in the shapes that Entra issues', async () => {
    const expected = {
      'demo-app': { aud: apiClientId, idtyp: 'app', ver: '2.0' },
      'demo-operator': { aud: apiClientId, idtyp: 'user', scp: 'Broker.Use', ver: '2.0' },
      'other-app': {
        aud: `api://${apiClientId}`,
        iss: `https://sts.windows.net/${homeDirectoryId}/`,
        idtyp: 'app',
        ver: '1.0',
      },
    }
    for (const [name, claims] of Object.entries(expected)) {
      const { clientId, objectId, roles } = callingApps[name as keyof typeof expected]
      const payload = decodeJwt(await stack.callerToken(name as keyof typeof expected))
      expect(payload).toMatchObject({ ...claims, oid: objectId, roles, tid: homeDirectoryId })
      expect([payload.azp, payload.appid]).toEqual(
        claims.ver === '1.0' ? [undefined, clientId] : [clientId, undefined],
      )
    }
  })

  test.each(['signIn', 'vault', 'azurite', 'advertising'] as const)(
    'can stop %s and start it on its previous port',
    async (name) => {
      const part = stack.parts[name]
      await part.stop()
      await expect(connect(part.port)).rejects.toThrow()
      await part.start()
      expect(part.service.port).toBe(part.port)
      await connect(part.port)
    },
  )

  test('a caller’s token stays valid after a restart of the sign-in', async () => {
    const keysOf = async () => (await fetch(`${stack.parts.signIn.origin}/common/discovery/v2.0/keys`)).text()
    const before = await keysOf()
    await stack.parts.signIn.stop()
    await stack.parts.signIn.start()
    expect(await keysOf()).toBe(before)
  })

  test('has the tables again after a restart of Azurite', async () => {
    await stack.parts.azurite.stop()
    await stack.parts.azurite.start()
    const connection = stack.settings().TABLES_CONNECTION_STRING ?? ''
    const tenants = TableClient.fromConnectionString(connection, 'Tenants', { allowInsecureConnection: true })
    const pages = []
    for await (const page of tenants.listEntities().byPage()) pages.push(page)
    expect(pages.flat()).toEqual([])
  })

  test('registers the redirect URI of a further broker once its settings are requested', async () => {
    const { PUBLIC_URL, PRODUCTION_MICROSOFT_CLIENT_ID } = stack.settings(1)
    const authorize = new URL(stack.parts.signIn.service.authorizeUrl('common'))
    authorize.search = new URLSearchParams({
      client_id: PRODUCTION_MICROSOFT_CLIENT_ID ?? '',
      response_type: 'code',
      redirect_uri: `${PUBLIC_URL}/oauth/callback`,
      scope: 'openid https://ads.microsoft.com/msads.manage',
      code_challenge: 'x'.repeat(43),
      code_challenge_method: 'S256',
    }).toString()
    expect(await createVisitor().visit(authorize.href)).toMatchObject({
      status: 200,
      body: expect.stringContaining('id="password"'),
    })
  })
})

test('a taken port is named, with its purpose and the variable that changes it', async () => {
  const taken = await listen(createServer({ name: 'other', port: 0 }), { name: 'other', port: 0 })
  vi.stubEnv('LOCAL_ADVERTISING_PORT', String(taken.port))
  const start = startStack({ ports: 'fixed' })
  await expect(start).rejects.toThrow(PortsTakenError)
  await expect(start).rejects.toThrow(
    `Port ${taken.port}, wanted for Microsoft Advertising, is taken. Choose another with LOCAL_ADVERTISING_PORT`,
  )
  await taken.stop()
})

test('the start says where its data stays: `npm run reset` removes only its own folder', () => {
  expect(describeDataFolder(`${dataFolder}/real/sandbox`)).toBe('.local/ until npm run reset')
  expect(describeDataFolder('/data')).toBe('/data')
})

test('an invalid port is refused with the name of its variable', () => {
  expect(() => readPorts({ LOCAL_VAULT_PORT: 'eight' })).toThrow('LOCAL_VAULT_PORT is "eight"')
})

describe('local.settings.sample.json', () => {
  const read = async () =>
    JSON.parse(await readFile('local.settings.sample.json', 'utf8')) as { Values: Record<string, string> }
  /** Settings that the Functions runtime, the platform's identity, and Node read themselves. */
  const runtimeSettings = [
    'FUNCTIONS_WORKER_RUNTIME',
    'AzureWebJobsStorage',
    'NODE_EXTRA_CA_CERTS',
    'IDENTITY_ENDPOINT',
    'IDENTITY_HEADER',
    'OTEL_BSP_SCHEDULE_DELAY',
  ]

  test('names only settings of the broker or its runtime, and the broker accepts them', async () => {
    const { Values } = await read()
    const known = [...allSettings().map(({ name }) => name), ...runtimeSettings]
    expect(Object.keys(Values).filter((name) => !known.includes(name))).toEqual([])
    expect(parseConfig(Values).publicUrl).toBe('http://127.0.0.1:7071')
  })

  test('matches the stack’s settings for a broker on the default ports', async () => {
    const ports = Object.fromEntries(Object.entries(defaultPorts).map(([name, { port }]) => [name, port]))
    expect((await read()).Values).toEqual(brokerSettings(ports as Ports, '.local/certificate/ca.pem'))
  })
})

async function connect(port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const socket = createConnection(port, '127.0.0.1', () => {
      socket.destroy()
      resolve()
    }).once('error', reject)
  })
}
