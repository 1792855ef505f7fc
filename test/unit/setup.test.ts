import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { toBicep } from '../../scripts/setup/bicepLiteral.ts'
import { findAnswers, type SetupOptions } from '../../scripts/setup/findAnswers.ts'
import { readParameters } from '../../scripts/setup/parameterFile.ts'
import { runSteps, type StepReport } from '../../scripts/setup/runSteps.ts'
import type { Answers } from '../../scripts/setup/setup.ts'
import { steps } from '../../scripts/setup/steps.ts'
import { StorageUnavailableError } from '../../shared/domain/storageUnavailable.ts'
import type { SecretVersion, Vault } from '../../shared/domain/vault.ts'
import { Secret } from '../../shared/secret.ts'
import { createAzure } from '../azure/azure.ts'
import { type AzureState, emptyAzure } from '../azure/state.ts'

const appId = '44444444-4444-4444-8444-444444444444'
const vaultUrl = 'https://kv.vault.azure.net/'
const developerToken = 'BBD37VB98'
const now = new Date('2026-11-29T12:00:00Z')
const options: SetupOptions = {
  name: 'msads-broker',
  location: 'West Europe',
  app: [appId],
  'return-url': ['https://app.example.com/connected'],
  'alert-email': ['operations@example.com'],
}

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
})

interface World {
  readonly state: AzureState
  readonly secrets: Map<string, SecretVersion>
  readonly parameterFile: string
}

function emptyWorld(): World {
  const folder = mkdtempSync(join(tmpdir(), 'broker-setup-'))
  folders.push(folder)
  return {
    state: emptyAzure(vaultUrl, appId),
    secrets: new Map(),
    parameterFile: join(folder, 'msads-broker.bicepparam'),
  }
}

interface RunSettings {
  readonly options?: SetupOptions
  readonly plan?: boolean
  readonly interrupt?: () => void
  /** How often the vault refuses before the role works. */
  readonly refusals?: number
  readonly token?: string
}

async function setUp(world: World, settings: RunSettings = {}): Promise<StepReport[]> {
  const { state, parameterFile } = world
  const az = createAzure(state, settings.interrupt)
  const parameters = await readParameters(az, parameterFile)
  const answers: Answers = await findAnswers(settings.options ?? options, { az, parameterFile, parameters })
  const vault = memoryVault(world, settings)
  return runSteps(
    {
      ...{ az, answers, parameters, parameterFile, facts: {}, now: () => now },
      openVault: async () => vault,
      askSecret: async () => new Secret(settings.token ?? developerToken),
      wait: async () => {},
    },
    steps,
    { plan: settings.plan ?? false, onStart: () => {}, onEnd: () => {} },
  )
}

function memoryVault({ secrets }: World, { interrupt = () => {}, refusals = 0 }: RunSettings): Vault {
  let left = refusals
  return {
    host: 'kv.vault.azure.net',
    read: async (name) => {
      if (left-- > 0) throw new StorageUnavailableError('vault', 403, 'Forbidden')
      return secrets.get(name)
    },
    write: async (name, value, { tags = {}, expiresOn }) => {
      interrupt()
      const version = { name, value, tags: { ...tags }, expiresOn, version: '1' }
      secrets.set(name, version)
      interrupt()
      return version
    },
    setExpiry: async () => {},
    remove: async () => {},
  }
}

const statusesOf = (reports: readonly StepReport[]) => new Set(reports.map(({ status }) => status))
const failureOf = (reports: readonly StepReport[]) => reports.find(({ status }) => status === 'failed')
const changesIn = ({ state }: World) =>
  state.calls.filter(([first, , ...rest]) =>
    first === 'rest' ? !rest.includes('GET') : rest.includes('create'),
  )

/** Everything that a finished setup has made, without the values that are random. */
const summaryOf = ({ state, secrets, parameterFile }: World) => ({
  ...{
    groups: state.groups,
    registered: state.registered.toSorted(),
    deployments: state.deployments.map(({ name }) => name),
  },
  applications: state.applications.map(({ uniqueName, web, appRoles, passwordCredentials }) => ({
    ...{ uniqueName, web },
    roles: (appRoles as unknown[] | undefined)?.length,
    passwords: (passwordCredentials as unknown[]).length,
  })),
  principals: state.servicePrincipals.length,
  assignments: state.assignments.length,
  storageRoles: state.storageRoles.length,
  secrets: [...secrets].map(([name, { expiresOn }]) => [name, Boolean(expiresOn)]).toSorted(),
  hasFile: existsSync(parameterFile),
})

const complete = {
  groups: [{ name: 'rg-msads-broker', location: 'westeurope' }],
  deployments: ['broker', 'storage'],
  applications: [
    {
      uniqueName: 'msads-broker-sign-in',
      web: { redirectUris: ['https://func-msads-broker-x.azurewebsites.net/oauth/callback'] },
      passwords: 1,
    },
    { uniqueName: 'msads-broker-api', roles: 3, passwords: 0 },
  ],
  principals: 2,
  assignments: 3,
  storageRoles: 1,
  secrets: [
    ['production-developer-token', true],
    ['production-microsoft-client-secret', true],
    ['sealing-keys', true],
  ],
  hasFile: true,
}

describe('the setup', () => {
  test('makes everything from an empty subscription, and a second run changes nothing', async () => {
    const world = emptyWorld()
    const first = await setUp(world)
    expect(failureOf(first)).toBeUndefined()
    expect(summaryOf(world)).toMatchObject(complete)
    const calls = world.state.calls.splice(0).length
    expect(calls).toBeGreaterThan(20)
    const second = await setUp(world, { options: { name: 'msads-broker' } })
    expect(statusesOf(second)).toEqual(new Set(['right']))
    expect(changesIn(world)).toEqual([])
  })

  test('interrupted before or after any change, the next run finishes what the first began', {
    timeout: 60_000,
  }, async () => {
    for (let at = 1; ; at++) {
      const world = emptyWorld()
      let changes = 0
      const interrupt = () => {
        changes += 1
        if (changes === at) throw new Error('interrupted')
      }
      const ended = await setUp(world, { interrupt }).then(
        () => true,
        () => false,
      )
      if (ended) {
        expect(at).toBeGreaterThan(30)
        break
      }
      expect(failureOf(await setUp(world)), `after change ${at}`).toBeUndefined()
      expect(summaryOf(world), `after change ${at}`).toMatchObject(complete)
    }
  })

  test('a plan changes nothing', async () => {
    const world = emptyWorld()
    const planned = await setUp(world, { plan: true })
    expect(failureOf(planned)).toBeUndefined()
    expect(planned.filter(({ status }) => status === 'planned').length).toBe(13)
    expect(changesIn(world)).toEqual([])
    expect(existsSync(world.parameterFile)).toBe(false)
  })

  test('waits until the role on the vault works', async () => {
    expect(failureOf(await setUp(emptyWorld(), { refusals: 20 }))).toBeUndefined()
    expect(failureOf(await setUp(emptyWorld(), { refusals: 1000 }))?.next).toContain(
      'Key Vault Secrets Officer',
    )
  })

  test('keeps what a team has added to its registrations', async () => {
    const world = emptyWorld()
    await setUp(world)
    const [signIn, api] = world.state.applications
    signIn!.web = {
      redirectUris: ['https://other.example.com/oauth/callback'],
      logoutUrl: 'https://other.example.com',
    }
    api!.appRoles = [{ id: 'own', value: 'Own.Role' }]
    await setUp(world)
    expect(signIn?.web).toEqual({
      redirectUris: [
        'https://other.example.com/oauth/callback',
        'https://func-msads-broker-x.azurewebsites.net/oauth/callback',
      ],
      logoutUrl: 'https://other.example.com',
    })
    expect((api!.appRoles as { value: string }[]).map(({ value }) => value)).toEqual([
      'Own.Role',
      'Tokens.Vend',
      'Tenants.Manage',
      'Broker.Operate',
    ])
  })

  test('of a second broker in the same group doesn’t take the first one’s resources for its own', async () => {
    const world = emptyWorld()
    await setUp(world)
    const second = {
      ...world,
      secrets: new Map(),
      parameterFile: join(world.parameterFile, '..', 'blue.bicepparam'),
    }
    const wanted = { ...options, name: 'blue', 'resource-group': 'rg-msads-broker' }
    expect(failureOf(await setUp(second, { options: wanted }))).toBeUndefined()
    const names = world.state.deployments.map(({ name }) => name)
    expect(names).toEqual(expect.arrayContaining(['broker', 'broker-blue']))
  })

  test('adopts the registrations that the parameter file names, however they were made', async () => {
    const world = emptyWorld()
    await setUp(world)
    for (const application of world.state.applications) delete application.uniqueName
    await setUp(world, { options: { name: 'msads-broker' } })
    expect(world.state.applications).toHaveLength(2)
  })

  test('renews a client secret a month before it ends, and never adds a third', async () => {
    const world = emptyWorld()
    await setUp(world)
    const name = 'production-microsoft-client-secret'
    const soon = { ...world.secrets.get(name)!, expiresOn: new Date('2026-12-24T00:00:00Z') }
    world.secrets.set(name, soon)
    expect(failureOf(await setUp(world))).toBeUndefined()
    expect(world.secrets.get(name)?.value.equals(soon.value)).toBe(false)
    expect(world.state.applications[0]?.passwordCredentials).toHaveLength(2)
    const others = [
      { keyId: 'a', displayName: 'by hand' },
      { keyId: 'b', displayName: 'by hand' },
    ]
    world.state.applications[0]!.passwordCredentials = others
    world.secrets.delete(name)
    expect(failureOf(await setUp(world))?.next).toContain('az ad app credential list')
    expect(world.state.applications[0]?.passwordCredentials).toEqual(others)
  })

  test('gives the sealing keys the SECRET_EXPIRY_DAYS of the parameter file, or refuses what isn’t days', async () => {
    const world = emptyWorld()
    await setUp(world)
    const daysWith = async (lines: string) => {
      appendFileSync(world.parameterFile, lines)
      world.secrets.delete('sealing-keys')
      const reports = await setUp(world)
      const { expiresOn } = world.secrets.get('sealing-keys') ?? {}
      return failureOf(reports)?.detail ?? ((expiresOn?.getTime() ?? 0) - Date.now()) / 86_400_000
    }
    expect(await daysWith('')).toBeCloseTo(365, 1)
    expect(await daysWith(`param settings = ${toBicep({ SECRET_EXPIRY_DAYS: '90' })}\n`)).toBeCloseTo(90, 1)
    writeFileSync(world.parameterFile, readFileSync(world.parameterFile, 'utf8').replace(/'90'/, "'ninety'"))
    expect(await daysWith('')).toMatch(/SECRET_EXPIRY_DAYS .*whole number/)
  })

  test('leaves the secrets alone that the setup of another broker has added to the same registration', async () => {
    const world = emptyWorld()
    await setUp(world)
    const [signIn] = world.state.applications
    const others = { keyId: 'other', displayName: 'npm run setup: kv-other.vault.azure.net' }
    signIn!.passwordCredentials = [others]
    world.secrets.delete('production-microsoft-client-secret')
    expect(failureOf(await setUp(world))).toBeUndefined()
    expect(signIn!.passwordCredentials).toEqual([others, expect.anything()])
  })

  test.each<[string, (state: AzureState) => void, RunSettings, RegExp]>([
    [
      'a login',
      (state) => {
        state.account = undefined
      },
      {},
      /^az login$/,
    ],
    [
      'Node.js 24 in the region',
      () => {},
      { options: { ...options, location: 'northeurope' } },
      /another --location/,
    ],
    [
      'the region',
      () => {},
      { options: { ...options, location: 'atlantis' } },
      /one of: northeurope, westeurope/,
    ],
    [
      'the app’s service principal',
      (state) => {
        state.servicePrincipals = []
      },
      {},
      /^az ad sp create --id 4444/,
    ],
    [
      'an administrator',
      (state) => {
        state.isAdministrator = false
      },
      {},
      /run the same command/,
    ],
    ['a developer token', () => {}, { token: 'az keyvault secret set' }, /again/],
  ])('says what to do without %s', async (_, change, settings, next) => {
    const world = emptyWorld()
    change(world.state)
    const reports = await setUp(world, settings)
    expect(failureOf(reports)?.next).toMatch(next)
    expect(reports.at(-1)?.status).toBe('failed')
  })

  test('keeps a developer token that can’t be one out of the vault', async () => {
    const world = emptyWorld()
    const reports = await setUp(world, { token: 'az keyvault secret set' })
    expect(failureOf(reports)?.detail).toMatch(/^The developer token for production /)
    expect(world.secrets.has('production-developer-token')).toBe(false)
  })

  test('requires an assigned role again if that was taken away', async () => {
    const world = emptyWorld()
    await setUp(world)
    const principal = world.state.servicePrincipals.at(-1)!
    principal.appRoleAssignmentRequired = false
    await setUp(world)
    expect(principal.appRoleAssignmentRequired).toBe(true)
  })

  test.each<[Partial<SetupOptions>, RegExp]>([
    [{ name: 'My_Broker' }, /^--name takes/],
    [{ name: 'a-name-that-is-longer-than-24' }, /^--name takes/],
    [{ 'return-url': ['http://app.example.com/connected'] }, /isn’t an https:\/\/ URL/],
    [{ environment: ['staging'] }, /^--environment takes production or sandbox/],
    [{ app: [], 'return-url': [] }, /needs --app .*, --return-url /],
  ])('refuses %o before anything is changed', async (wrong, message) => {
    const world = emptyWorld()
    await expect(setUp(world, { options: { ...options, ...wrong } })).rejects.toThrow(message)
    expect(world.state.calls).toEqual([])
  })

  // As the real compiler formats and reads it.
  test('writes texts of the parameter file so that nothing in them is read as code', () => {
    expect(toBicep([{ displayName: `It’s '\${x}' \\`, 'a-b': true }])).toBe(
      `[\n  {\n    displayName: 'It’s \\'\\\${x}\\' \\\\'\n    'a-b': true\n  }\n]`,
    )
  })

  test('takes storage without zones where the region has none', async () => {
    const world = emptyWorld()
    world.state.locations[0]!.availabilityZoneMappings = null
    await setUp(world)
    expect(readFileSync(world.parameterFile, 'utf8')).toContain("param storageSku = 'Standard_LRS'\n")
  })

  test('refuses zones in a region that has none, before anything is provisioned', async () => {
    const world = emptyWorld()
    await setUp(world)
    world.state.locations[0]!.availabilityZoneMappings = null
    const { detail, next } = failureOf(await setUp(world)) ?? {}
    expect(detail).toContain('no availability zones')
    expect(next).toContain('storageSku = Standard_LRS')
  })

  test('asks who gets the alerts', async () => {
    const { 'alert-email': _, ...silent } = options
    await expect(setUp(emptyWorld(), { options: silent })).rejects.toThrow('--alert-email')
  })

  test('passes no secret to the Azure CLI', async () => {
    const world = emptyWorld()
    await setUp(world)
    const passed = JSON.stringify(world.state.calls)
    for (const { value } of world.secrets.values()) expect(passed).not.toContain(value.expose())
    expect(passed).not.toContain(developerToken)
  })
})
