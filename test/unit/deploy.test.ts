import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { type DeployOptions, findWish } from '../../scripts/deploy/findWish.ts'
import { isSamePackage } from '../../scripts/deploy/package.ts'
import { checkSteps, deploySteps } from '../../scripts/deploy/steps.ts'
import { toZip } from '../../scripts/deploy/zip.ts'
import { type Diagnosed, inCategory, toReport } from '../../scripts/doctor/finding.ts'
import { toBicep } from '../../scripts/setup/bicepLiteral.ts'
import { runSteps, type StepReport } from '../../scripts/setup/runSteps.ts'
import { namespaces } from '../../scripts/setup/steps/providers.ts'
import { createAzure } from '../azure/azure.ts'
import { type AzureState, emptyAzure } from '../azure/state.ts'

const appId = '44444444-4444-4444-8444-444444444444'
const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
})

/** A package whose content is its name; the broker is ill with one that is called bad. */
const packageOf = (name: string) =>
  toZip(
    new Map(['dist/broker.cjs', 'host.json', 'package.json'].map((file) => [file, Buffer.from(name + file)])),
  )
const good = packageOf('good')
const first = packageOf('first')
const bad = packageOf('bad')

interface World {
  readonly state: AzureState
  readonly folder: string
  readonly values: Record<string, unknown>
}

/** What `npm run setup` leaves behind, but for the deployment. */
function worldAfterSetup(): World {
  const folder = mkdtempSync(join(tmpdir(), 'broker-deploy-'))
  folders.push(folder)
  const state = emptyAzure('https://kv.vault.azure.net/', appId)
  state.groups.push({ name: 'rg', location: 'westeurope' })
  state.registered.push(...namespaces)
  state.applications.push({ id: 'a', appId: 'sign-in' }, { id: 'b', appId: 'api' })
  const account = '/storageAccounts/stmsadsbrx/blobServices/default/containers/app-package'
  state.storageRoles.push({ principalId: state.me.id, role: 'Storage Blob Data Reader', scope: account })
  const workspaces = [{ workspace: appId, returnUrls: ['https://app.example.com/connected'] }]
  const ids = { productionMicrosoftClientId: 'sign-in', apiClientId: 'api' }
  return { state, folder, values: { ...ids, grantVaultCount: 2, workspaces } }
}

interface RunSettings {
  readonly options?: DeployOptions
  readonly build?: Buffer
  readonly plan?: boolean
  readonly check?: boolean
  readonly interrupt?: () => void
  readonly noToken?: boolean
  /** Rows of the doctor besides health. */
  readonly rows?: (running: Buffer | undefined) => Diagnosed[]
}

/** Files a row as the doctor does: what a package can break, and what only the operator can change. */
const filed = (row: Diagnosed) =>
  inCategory(/^(readiness|vault )/.test(row.name) ? 'package' : 'operator', [row])

const runningIn = ({ state }: World) => {
  const found = state.packages.find(({ name }) => name === 'released-package.zip')
  return found && Buffer.from(found.content, 'base64')
}

async function deploy(world: World, settings: RunSettings = {}): Promise<StepReport[]> {
  const file = join(world.folder, 'blue.bicepparam')
  const lines = Object.entries(world.values).map(([name, value]) => `param ${name} = ${toBicep(value)}`)
  writeFileSync(file, `// Resource group: rg\nusing 'main.bicep'\n\n${lines.join('\n')}\n`)
  const az = createAzure(world.state, settings.interrupt)
  const wish = await findWish(az, { parameters: file, ...settings.options }, {})
  const examine = async () => {
    const running = runningIn(world)
    const health = { name: 'health', ok: running !== undefined && !running.equals(bad), detail: 'it' }
    const rows = settings.rows?.(running) ?? []
    return toReport([...inCategory('package', [health]), ...rows.flatMap(filed)])
  }
  return runSteps(
    {
      ...{ az, wish, examine, facts: { acceptedLosses: [] }, folder: join(world.folder, 'kept') },
      build: () => settings.build ?? good,
      findToken: async () => (settings.noToken ? { noToken: 'az said no' } : { token: 'token' }),
      wait: async () => {},
    },
    settings.check ? checkSteps : deploySteps,
    { plan: settings.plan ?? false, onStart: () => {}, onEnd: () => {} },
  )
}

const failureOf = (reports: readonly StepReport[]) => reports.find(({ status }) => status === 'failed')
const changesIn = ({ state }: World) =>
  state.calls.filter((args) => args.includes('create') || args.includes('config-zip'))
const lineOf = (reports: readonly StepReport[], title: string) => reports.find((each) => each.title === title)

describe('a deployment', () => {
  test('provisions, publishes, and looks; the next one publishes without provisioning', async () => {
    const world = worldAfterSetup()
    const reports = await deploy(world)
    expect(failureOf(reports)).toBeUndefined()
    expect(runningIn(world)?.equals(good)).toBe(true)
    expect(changesIn(world).map((args) => args[2])).toEqual(['create', 'source'])
    world.state.calls.length = 0
    const next = packageOf('next')
    expect(failureOf(await deploy(world, { build: next }))).toBeUndefined()
    expect(runningIn(world)?.equals(next)).toBe(true)
    expect(changesIn(world).map((args) => args[2])).toEqual(['source'])
    // Nothing of a deployment that ended is left behind.
    expect(existsSync(join(world.folder, 'kept'))).toBe(false)
  })

  test('provisions if a value changed, and shows what Azure says it would change', async () => {
    const world = worldAfterSetup()
    await deploy(world)
    world.state.calls.length = 0
    world.values.grantVaultCount = 3
    const reports = await deploy(world)
    expect(failureOf(reports)).toBeUndefined()
    expect(lineOf(reports, 'changes in Azure')?.lines).toEqual([
      '~ Microsoft.Web/sites/func-msads-broker-x (properties.siteConfig.http20Enabled)',
      '+ Microsoft.KeyVault/vaults/kvg3-broker',
    ])
    expect(changesIn(world).map((args) => args[2])).toEqual(['create', 'source'])
  })

  test('provisions again after a deployment that failed', async () => {
    const world = worldAfterSetup()
    world.state.failsToProvision = true
    expect(failureOf(await deploy(world))?.title).toBe('resources of the template')
    world.state.failsToProvision = false
    expect(failureOf(await deploy(world))).toBeUndefined()
    expect(runningIn(world)?.equals(good)).toBe(true)
  })

  test('interrupted before or after any change, the next run ends it', async () => {
    for (let at = 1; ; at++) {
      const world = worldAfterSetup()
      await deploy(world, { build: first })
      world.values.grantVaultCount = 3
      let changes = 0
      const interrupt = () => {
        changes += 1
        if (changes === at) throw new Error('interrupted')
      }
      const ended = await deploy(world, { interrupt }).then(
        () => true,
        () => false,
      )
      if (ended) {
        expect(at).toBe(5)
        break
      }
      expect(failureOf(await deploy(world)), `after change ${at}`).toBeUndefined()
      expect(runningIn(world)?.equals(good), `after change ${at}`).toBe(true)
    }
  })

  test('stopped before it was examined, a bad package is not the one to roll back to', async () => {
    const world = worldAfterSetup()
    await deploy(world, { build: first })
    let changes = 0
    const interrupt = () => {
      changes += 1
      if (changes === 2) throw new Error('interrupted')
    }
    await expect(deploy(world, { build: bad, interrupt })).rejects.toThrow('interrupted')
    expect(runningIn(world)?.equals(bad)).toBe(true)
    const reports = await deploy(world, { build: packageOf('bad'), rows: () => [] })
    expect(failureOf(reports)?.detail).toContain('Rolled back')
    expect(runningIn(world)?.equals(first)).toBe(true)
  })

  test('a plan and a check change nothing', async () => {
    const world = worldAfterSetup()
    const planned = await deploy(world, { plan: true })
    expect(failureOf(planned)).toBeUndefined()
    expect(planned.filter(({ status }) => status === 'planned')).toHaveLength(5)
    expect(await deploy(world, { check: true })).toHaveLength(2)
    expect(changesIn(world)).toEqual([])
  })

  test('waits while the identity’s new role doesn’t work yet', async () => {
    const world = worldAfterSetup()
    world.state.refusedPublishes = 8
    expect(failureOf(await deploy(world))).toBeUndefined()
    expect(runningIn(world)?.equals(good)).toBe(true)
  })

  test('has ten minutes for new roles, but not where every role has worked before', async () => {
    for (const isFirst of [true, false]) {
      const world = worldAfterSetup()
      await deploy(world, { build: first })
      if (isFirst) world.state.packages = []
      // After pauses of 571 s in all.
      let looks = 0
      const rows = (running: Buffer | undefined) => {
        if (running?.equals(good)) looks += 1
        return [{ name: 'table Tenants', ok: !running?.equals(good) || looks > 23, detail: '' }]
      }
      expect(failureOf(await deploy(world, { rows })) === undefined).toBe(isFirst)
    }
  })

  test('goes nowhere without a token to examine the broker with', async () => {
    const world = worldAfterSetup()
    const failure = failureOf(await deploy(world, { noToken: true }))
    expect(failure?.detail).toContain('az said no')
    expect(failure?.next).toContain('Broker.Operate')
    expect(changesIn(world)).toEqual([])
  })

  test('goes nowhere with a token that the broker refuses, for which the package would be blamed', async () => {
    const world = worldAfterSetup()
    await deploy(world)
    world.state.calls.length = 0
    const rows = () => [
      { name: 'readiness', ok: false, detail: 'status 403 missing_role', resolution: 'the role' },
    ]
    const failure = failureOf(await deploy(world, { rows }))
    expect(failure).toMatchObject({ title: 'the broker before', next: 'the role' })
    expect(changesIn(world)).toEqual([])
  })

  test('of a group that isn’t there names the setup', async () => {
    const world = worldAfterSetup()
    world.state.groups = []
    expect(failureOf(await deploy(world))?.next).toMatch(/^npm run setup/)
  })
})

describe('a loss', () => {
  test('is refused with its name and who is hurt, before anything is changed, and accepted by its name', async () => {
    const world = worldAfterSetup()
    await deploy(world)
    world.state.calls.length = 0
    world.values.grantVaultCount = 1
    world.values.workspaces = []
    for (const check of [true, false]) {
      const failure = failureOf(await deploy(world, { check }))
      expect(failure?.title).toBe('comparison with what is deployed')
      expect(failure?.detail).toMatch(/grantVaultCount: 2 → 1\. .*must consent again/)
      expect(failure?.next).toContain('--accept workspaces --accept grantVaultCount')
    }
    expect(failureOf(await deploy(world, { options: { accept: ['grantVaultCount'] } }))?.next).toMatch(
      /with --accept workspaces$/,
    )
    expect(changesIn(world)).toEqual([])
    const reports = await deploy(world, { options: { accept: ['grantVaultCount', 'workspaces'] } })
    expect(failureOf(reports)).toBeUndefined()
    expect(lineOf(reports, 'comparison with what is deployed')?.lines).toHaveLength(2)
  })

  test('against a deployment that failed halfway is one too', async () => {
    const world = worldAfterSetup()
    await deploy(world)
    world.values.grantVaultCount = 3
    world.state.failsToProvision = true
    await deploy(world)
    world.state.failsToProvision = false
    world.values.grantVaultCount = 2
    expect(failureOf(await deploy(world))?.detail).toContain('grantVaultCount: 3 → 2')
  })

  test('is judged against the newest deployment, however it was made', async () => {
    const world = worldAfterSetup()
    await deploy(world)
    const [own] = world.state.deployments
    const { parameters, ...rest } = own!.properties
    const more = { ...parameters, grantVaultCount: { value: 4 } }
    // azd names each deployment after its environment and the time.
    world.state.deployments.push({
      ...{ id: 'azd', name: 'broker-1764489600' },
      properties: { ...rest, timestamp: '2026-12-01T00:00:00Z', parameters: more },
    })
    expect(failureOf(await deploy(world))?.detail).toContain('grantVaultCount: 4 → 2')
  })

  test('can’t be ruled out if the records of earlier deployments are gone', async () => {
    const world = worldAfterSetup()
    await deploy(world)
    world.state.deployments = []
    const failure = failureOf(await deploy(world, { check: true }))
    expect(failure?.next).toContain('with --accept comparison')
    expect(failureOf(await deploy(world, { options: { accept: ['comparison'] } }))).toBeUndefined()
  })

  test('is a second broker in the group, by another name', async () => {
    const world = worldAfterSetup()
    await deploy(world)
    world.values.name = 'other'
    expect(failureOf(await deploy(world))?.detail).toContain('name: msads-broker → other')
    const reports = await deploy(world, { options: { accept: ['name'] } })
    expect(failureOf(reports)).toBeUndefined()
    // Each broker is compared with its own last deployment from then on.
    expect(failureOf(await deploy(world))).toBeUndefined()
    delete world.values.name
    expect(failureOf(await deploy(world))).toBeUndefined()
  })

  test('is a resource that Azure says it would delete', async () => {
    const world = worldAfterSetup()
    world.state.deletes = ['Microsoft.KeyVault/vaults/kvg9-broker']
    const failure = failureOf(await deploy(world))
    expect(failure?.title).toBe('changes in Azure')
    expect(failure?.next).toContain('--accept kvg9-broker')
    expect(changesIn(world)).toEqual([])
    expect(failureOf(await deploy(world, { options: { accept: ['kvg9-broker'] } }))).toBeUndefined()
  })

  test('is the package that runs, if it can’t be read: then nothing could come back', async () => {
    const world = worldAfterSetup()
    await deploy(world)
    world.state.storageRoles = []
    world.state.calls.length = 0
    const failure = failureOf(await deploy(world))
    expect(failure?.title).toBe('package to roll back to')
    expect(failure?.next).toContain('Storage Blob Data Reader on the container app-package of stmsadsbrx')
    expect(changesIn(world)).toEqual([])
    expect(failureOf(await deploy(world, { options: { accept: ['rollback'] } }))).toBeUndefined()
    const file = join(world.folder, 'artifact.zip')
    writeFileSync(file, first)
    const options = { 'rollback-to': file }
    expect(failureOf(await deploy(world, { options, build: bad }))?.detail).toContain('Rolled back')
    expect(runningIn(world)?.equals(first)).toBe(true)
  })
})

describe('a package with which the broker isn’t well', () => {
  test('is rolled back, and the run fails', async () => {
    const world = worldAfterSetup()
    await deploy(world, { build: first })
    const failure = failureOf(await deploy(world, { build: bad }))
    expect(failure?.detail).toMatch(/health: it[\s\S]*Rolled back: .* the broker is well\.$/)
    expect(runningIn(world)?.equals(first)).toBe(true)
    expect(failureOf(await deploy(world))).toBeUndefined()
  })

  test('that Azure refuses may be live, so it’s rolled back too', async () => {
    const world = worldAfterSetup()
    await deploy(world, { build: first })
    world.state.packages = world.state.packages.map((each) => ({ ...each }))
    world.state.refusedPublishes = 24
    const failure = failureOf(await deploy(world))
    expect(failure?.title).toBe('publishing')
    expect(failure?.detail).toMatch(/BlobUploadFailed[\s\S]*Rolled back/)
    expect(runningIn(world)?.equals(first)).toBe(true)
  })

  test('is judged by its checks, and not by how soon it answers the Azure CLI', async () => {
    const world = worldAfterSetup()
    world.state.isSlowToStart = true
    expect(failureOf(await deploy(world))).toBeUndefined()
    expect(changesIn(world)).toHaveLength(2)
    expect(failureOf(await deploy(world, { build: bad }))?.title).toBe('the broker with the new package')
    expect(runningIn(world)?.equals(good)).toBe(true)
  })

  test('stays if it’s the first one', async () => {
    const world = worldAfterSetup()
    const failure = failureOf(await deploy(world, { build: bad }))
    expect(failure?.detail).toContain('There is no earlier package')
    expect(runningIn(world)?.equals(bad)).toBe(true)
  })

  const row = (name: string, ok: boolean | null): Diagnosed => ({ name, ok, detail: '' })
  test.each<[string, (isNew: boolean) => Diagnosed, boolean]>([
    ['what was well before and isn’t now', (isNew) => row('secret sealing-keys', !isNew), true],
    ['what couldn’t be checked', (isNew) => row('readiness', isNew ? null : true), true],
    ['what was wrong before, and no package fixes', () => row('secret sealing-keys', false), false],
    ['an outage of others', (isNew) => row('caller issuer: https://x', !isNew), false],
    ['a vault that only the new one doesn’t reach', (isNew) => row('vault kv', !isNew), true],
    ['a backup that is due', (isNew) => row('backup', !isNew), false],
    ['log lines that have yet to arrive', (isNew) => row('telemetry: log lines', !isNew), false],
    ['alerts that someone has switched off', (isNew) => row('alerts', !isNew), false],
  ])('is judged by %s', async (_, rowOf, isBlamed) => {
    const world = worldAfterSetup()
    await deploy(world, { build: first })
    const rows = (running: Buffer | undefined) => [rowOf(running?.equals(good) ?? false)]
    const reports = await deploy(world, { rows })
    expect(failureOf(reports)?.title).toBe(isBlamed ? 'the broker with the new package' : undefined)
    expect(runningIn(world)?.equals(isBlamed ? first : good)).toBe(true)
  })
})

describe('an outage that the package before met too', () => {
  const outage: Diagnosed = { name: 'vault kv', ok: false, detail: 'no answer', resolution: 'look there' }

  test('rolls nothing back, fails the run, and names it', async () => {
    const world = worldAfterSetup()
    await deploy(world, { build: first })
    const failure = failureOf(await deploy(world, { rows: () => [outage] }))
    expect(failure).toMatchObject({ title: 'the broker with the new package', next: 'look there' })
    expect(failure?.detail).toMatch(
      /isn’t well, as before, so it isn’t rolled back\.\n {4}vault kv: no answer$/,
    )
    expect(runningIn(world)?.equals(good)).toBe(true)
    // Another run during the same outage finds a package that was never seen to work.
    expect(failureOf(await deploy(world, { rows: () => [outage] }))?.detail).toContain('isn’t rolled back')
    expect(runningIn(world)?.equals(good)).toBe(true)
    // Nobody has seen the new one work: the one before it is still the one to roll back to.
    expect(failureOf(await deploy(world, { build: bad }))?.detail).toContain('Rolled back')
    expect(runningIn(world)?.equals(first)).toBe(true)
  })

  test('is waited for, and passes if it ends', async () => {
    const world = worldAfterSetup()
    await deploy(world, { build: first })
    let looks = 0
    const rows = () => [{ ...outage, ok: ++looks > 4 }]
    expect(failureOf(await deploy(world, { rows }))).toBeUndefined()
    expect(runningIn(world)?.equals(good)).toBe(true)
  })

  test('may have hidden itself, where the broker before couldn’t check anything', async () => {
    const world = worldAfterSetup()
    await deploy(world, { build: first })
    const rows = (running: Buffer | undefined) =>
      running?.equals(first) ? [{ ...outage, name: 'readiness', detail: 'status none' }] : [outage]
    expect(failureOf(await deploy(world, { rows }))?.detail).toContain('isn’t rolled back')
    expect(runningIn(world)?.equals(good)).toBe(true)
  })

  test('doesn’t excuse what the new package breaks besides', async () => {
    const world = worldAfterSetup()
    await deploy(world, { build: first })
    const failure = failureOf(await deploy(world, { build: bad, rows: () => [outage] }))
    expect(failure?.detail).toMatch(
      /new package\.\n {4}health: it\n {4}Rolled back .* isn’t well with it either: vault kv$/,
    )
    expect(runningIn(world)?.equals(first)).toBe(true)
  })
})

describe('the options', () => {
  test('name losses in a variable too, as azd’s hook and the workflow do', async () => {
    const world = worldAfterSetup()
    await deploy(world)
    const file = join(world.folder, 'blue.bicepparam')
    const az = createAzure(world.state)
    const wish = await findWish(az, { parameters: file }, { ACCEPT_LOSSES: 'publicUrl, grantVaultCount' })
    expect([...wish.accepted]).toEqual(['publicUrl', 'grantVaultCount'])
  })

  test('need a parameter file, and a resource group from somewhere', async () => {
    const world = worldAfterSetup()
    const az = createAzure(world.state)
    const file = join(world.folder, 'blue.bicepparam')
    const elsewhere = vi.spyOn(process, 'cwd').mockReturnValue(world.folder)
    onTestFinished(() => elsewhere.mockRestore())
    await expect(findWish(az, {}, {})).rejects.toThrow(/Run npm run setup first/)
    await expect(findWish(az, { name: 'blue' }, {})).rejects.toThrow(/Run npm run setup -- --name blue first/)
    await expect(findWish(az, { parameters: file }, {})).rejects.toThrow(/Correct --parameters/)
    writeFileSync(file, "using 'main.bicep'\n")
    await expect(findWish(az, { parameters: file }, {})).rejects.toThrow(/RESOURCE_GROUP/)
    const wish = await findWish(az, { parameters: file }, { AZURE_RESOURCE_GROUP: 'rg-azd' })
    expect(wish).toMatchObject({ resourceGroup: 'rg-azd', name: 'msads-broker' })
  })
})

test('the same files are the same package, and a file more is another', () => {
  expect(packageOf('good').equals(good)).toBe(true)
  expect(isSamePackage(good, packageOf('good'))).toBe(true)
  expect(isSamePackage(good, first)).toBe(false)
  expect(isSamePackage(good, good.subarray(0, 40))).toBe(false)
  expect(isSamePackage(good, Buffer.from('x'))).toBe(false)
})
