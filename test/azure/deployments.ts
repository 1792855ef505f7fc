import { randomUUID } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { templateDefaults } from '../../scripts/azure/deployments.ts'
import { namespaces } from '../../scripts/setup/steps/providers.ts'
import { parseParameterFile } from './parseParameterFile.ts'
import { type AzureState, missing, refuse } from './state.ts'

type Values = Readonly<Record<string, string | string[] | boolean | undefined>>

const group = '/subscriptions/s/resourceGroups/g/providers'
const site = `${group}/Microsoft.Web/sites/func-msads-broker-x`
const vaultAt = (index: number) => `${group}/Microsoft.KeyVault/vaults/kvg${index}-broker`

/** `az deployment group create`: keeps the deployment, in the place of an earlier one with its name. */
export function deploy(state: AzureState, values: Values): void {
  const parameters = parametersOf(state, values)
  const clientIds = [parameters.productionMicrosoftClientId, parameters.apiClientId]
  for (const id of clientIds)
    if (!state.applications.some(({ appId }) => appId === id))
      refuse(`(InvalidTemplate) no registration ${id}`)
  const url = state.brokerUrl ?? 'https://func-msads-broker-x.azurewebsites.net'
  const outputs = {
    azurE_FUNCTION_NAME: { value: 'func-msads-broker-x' },
    brokeR_URL: { value: url },
    redirecT_URI: { value: `${url}/oauth/callback` },
    keY_VAULT_URL: { value: state.vaultUrl },
    provisioneD_AS: { value: parameters.provisionedAs },
  }
  const named = Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, { value }]))
  const name = String(values.name)
  state.resources.push({ tags: { application: 'msads-token-broker', broker: String(parameters.name) } })
  // The list's order says nothing, and a module's deployment stands in it too.
  const others = state.deployments.filter((each) => each.name !== name && each.name !== 'storage')
  const provisioningState = state.failsToProvision ? 'Failed' : 'Succeeded'
  const timestamp = new Date(Date.UTC(2026, 10, 30) + state.calls.length * 1000).toISOString()
  state.deployments = [
    {
      ...{ id: randomUUID(), name },
      properties: {
        provisioningState,
        timestamp,
        parameters: named,
        outputs: provisioningState === 'Failed' ? null : outputs,
      },
    },
    ...others,
    {
      ...{ id: randomUUID(), name: 'storage' },
      properties: { provisioningState, timestamp, parameters: { name: { value: 'st' } }, outputs: {} },
    },
  ]
  if (state.failsToProvision) refuse('(DeploymentFailed) At least one resource deployment operation failed.')
}

/** `az deployment group what-if --no-pretty-print`. */
export function whatIf(state: AzureState, values: Values) {
  const wanted = parametersOf(state, values)
  const last = state.deployments.find(({ name }) => name === values.name)?.properties.parameters
  const count = Number(last?.grantVaultCount?.value ?? 0)
  const create = (resourceId: string) => ({ resourceId, changeType: 'Create', delta: null })
  const vaults = Array.from({ length: Number(wanted.grantVaultCount) }, (_, index) => index + 1)
  return {
    status: 'Succeeded',
    changes: [
      last
        ? { resourceId: site, changeType: 'Modify', delta: [{ path: 'properties.siteConfig.http20Enabled' }] }
        : create(site),
      ...vaults.filter((index) => index > count).map((index) => create(vaultAt(index))),
      ...(state.deletes ?? []).map((name) => ({ resourceId: `${group}/${name}`, changeType: 'Delete' })),
      { resourceId: `${group}/Microsoft.Network/other`, changeType: 'Ignore' },
    ],
  }
}

function parametersOf(state: AzureState, values: Values): Record<string, unknown> {
  if (!state.groups.some(({ name }) => name === values['resource-group'])) missing('ResourceGroupNotFound')
  if (state.registered.length < namespaces.length) refuse('(MissingSubscriptionRegistration) not registered')
  const [file = '', ...others] = values.parameters as string[]
  const overrides = others.map((each) => each.split('=') as [string, string])
  const given = parseParameterFile(readFileSync(file, 'utf8'))
  return { ...templateDefaults(), ...given, ...Object.fromEntries(overrides) }
}

/** `az resource show` of the function app. */
export function showSite({ deployments }: AzureState, { name }: Values) {
  const isThere = deployments.some(({ properties }) => properties.outputs) && name === 'func-msads-broker-x'
  if (!isThere) return missing('ResourceNotFound')
  const value = 'https://stmsadsbrx.blob.core.windows.net/app-package'
  return { properties: { functionAppConfig: { deployment: { storage: { value } } } } }
}

/** `az storage blob list`, for who has the role. */
export function listBlobs({ me, packages, storageRoles }: AzureState) {
  const isReader = storageRoles.some(
    ({ principalId, role, scope }) =>
      principalId === me.id &&
      role === 'Storage Blob Data Reader' &&
      scope.endsWith('/storageAccounts/stmsadsbrx/blobServices/default/containers/app-package'),
  )
  if (!isReader) refuse('You do not have the required permissions needed to perform this operation.')
  return packages.map(({ name, lastModified }) => ({ name, properties: { lastModified } }))
}

/** `az storage blob download`. */
export function downloadBlob(state: AzureState, { file, name }: Values) {
  listBlobs(state)
  const found = state.packages.find((each) => each.name === name) ?? missing('BlobNotFound')
  writeFileSync(String(file), Buffer.from(found.content, 'base64'))
  return { name }
}

/** `az functionapp deployment source config-zip`. */
export function publish(state: AzureState, values: Values) {
  showSite(state, values)
  if ((state.refusedPublishes ?? 0) > 0) {
    state.refusedPublishes = (state.refusedPublishes ?? 0) - 1
    refuse('Deployment was not successful: BlobUploadFailedException: Status: 403 (Forbidden)')
  }
  const content = readFileSync(String(values.src)).toString('base64')
  const older = { name: 'older.zip', lastModified: '2026-01-01T00:00:00+00:00', content: '' }
  const lastModified = new Date(Date.UTC(2026, 10, 30) + state.calls.length * 1000).toISOString()
  state.packages = [older, { name: 'released-package.zip', lastModified, content }]
  if (state.isSlowToStart)
    refuse('Deployment was successful but the app appears to be unhealthy. Please check the app logs.')
  return 'Deployment was successful.'
}
