import { describe, expect, test } from 'vitest'
import { refreshChunksQueue } from '../../shared/operations/runSweep.ts'
import { issuerEntry } from '../../shared/settings/callerIssuers.ts'
import { workspaces } from '../../shared/settings/documents.ts'
import { createUrlSchemas } from '../../shared/settings/urls.ts'
import { allSettings } from '../../shared/settings.ts'
import { tableNames } from '../../shared/storage/clients.ts'
import { everything, ofType, predicted, type Resource, template } from './infraFiles.ts'

describe('storage and vaults', () => {
  test('storage accepts no shared key, has no public blobs, and requires TLS 1.2 or later', () => {
    const accounts = ofType('Microsoft.Storage/storageAccounts')
    expect(accounts).toHaveLength(2)
    for (const { properties } of accounts)
      expect(properties).toMatchObject({
        allowSharedKeyAccess: false,
        allowBlobPublicAccess: false,
        supportsHttpsTrafficOnly: true,
        // Azure/azure-policy: EnforceStorageSasMaxExpiration7Days_Deny.json.
        sasPolicy: { sasExpirationPeriod: '7.00:00:00', expirationAction: 'Block' },
        minimumTlsVersion: expect.stringMatching(/^TLS1_[23]$/),
      })
    for (const container of ofType('Microsoft.Storage/storageAccounts/blobServices/containers'))
      expect(container.properties.publicAccess).toBe('None')
  })

  test('no key or connection string is listed anywhere', () => {
    expect(JSON.stringify(template)).not.toMatch(/listKeys|listAccountSas|AccountKey=|SharedAccessKey/i)
  })

  test('every vault uses RBAC, soft delete, and purge protection', () => {
    for (const vault of ofType('Microsoft.KeyVault/vaults'))
      expect(vault.properties).toMatchObject({
        enableRbacAuthorization: true,
        enableSoftDelete: true,
        enablePurgeProtection: true,
        softDeleteRetentionInDays: 90,
      })
  })

  test.each(['main', 'private', 'team', 'domain'])(
    'every vault of %s logs who did what, whatever else is set',
    (file) => {
      const vaults = predicted(file).filter(({ type }) => type === 'Microsoft.KeyVault/vaults')
      const logged = predicted(file).filter(
        ({ id, properties, type }) =>
          type === 'Microsoft.Insights/diagnosticSettings' &&
          id?.includes('/vaults/') &&
          properties.logs.some(
            (each: object) => JSON.stringify(each) === '{"categoryGroup":"audit","enabled":true}',
          ),
      )
      expect(vaults.length).toBeGreaterThan(0)
      expect(logged.map(({ id }) => id?.split('/vaults/')[1]?.split('/')[0]).toSorted()).toEqual(
        vaults.map(({ name }) => name).toSorted(),
      )
    },
  )

  test('every table and queue that the code uses exists before its first request', () => {
    const made = (type: string) =>
      predicted('main')
        .filter((resource) => resource.type === `Microsoft.Storage/storageAccounts/${type}`)
        .map(({ name }) => name.split('/').at(-1))
    expect(made('tableServices/tables').toSorted()).toEqual([...tableNames].toSorted())
    expect(made('queueServices/queues')).toEqual([refreshChunksQueue, `${refreshChunksQueue}-poison`])
  })

  test('tables have the prefix from the settings', () => {
    const named = everything.filter(
      ({ type }) => type === 'Microsoft.Storage/storageAccounts/tableServices/tables',
    )
    expect(named.map(({ name }) => name.split('/').at(-1))).toContain('BlueTenants')
  })

  test('locks, if requested, prevent the deletion of storage and of every vault', () => {
    const locked = (parameters: string) =>
      predicted(parameters).filter(({ type }) => type === 'Microsoft.Authorization/locks').length
    expect(locked('private')).toBe(6)
    expect(locked('main')).toBe(0)
  })

  test('private networking closes storage and vaults, and gives each at least one private endpoint', () => {
    const closed = everything.filter(({ type }) =>
      ['Microsoft.Storage/storageAccounts', 'Microsoft.KeyVault/vaults'].includes(type),
    )
    for (const { properties } of closed) expect(properties.networkAcls.defaultAction).toBe('Deny')
    const groups = everything
      .filter(({ type }) => type === 'Microsoft.Network/privateEndpoints')
      .map(({ properties }) => properties.privateLinkServiceConnections[0].properties.groupIds[0])
    expect(groups.toSorted()).toEqual(['blob', 'blob', 'queue', 'table', 'vault', 'vault', 'vault', 'vault'])
  })
})

describe('backups in another region', () => {
  const inBackups = everything.filter(({ id }) => id?.includes('/storageAccounts/stb'))
  const backup = (type: string) =>
    inBackups.find((resource) => resource.type === `Microsoft.Storage/storageAccounts${type}`)

  test('have an account of their own there, and the broker is told its container', () => {
    expect(backup('')).toMatchObject({ location: 'northeurope' })
    expect(backup('/blobServices/containers')?.name).toMatch(/^stb.*\/default\/tables$/)
    const settingOf = (parameters: string) =>
      predicted(parameters).find(({ name }) => name.endsWith('/appsettings'))?.properties.BACKUP_CONTAINER_URL
    expect(settingOf('private')).toContain('backups')
    expect(settingOf('private')).toContain('outputs.containerUrl')
    expect(settingOf('main')).toBeUndefined()
    expect(predicted('main').filter(({ name }) => name.startsWith('stb'))).toEqual([])
  })

  test('are deleted after a number of days, and can be immutable before', () => {
    const [rule] = backup('/managementPolicies')?.properties.policy.rules ?? []
    expect(rule).toMatchObject({
      enabled: true,
      definition: {
        filters: { blobTypes: ['blockBlob'], prefixMatch: ['tables/'] },
        actions: { baseBlob: { delete: { daysAfterCreationGreaterThan: 30 } } },
      },
    })
    // A firewall without this exception can block lifecycle rules.
    expect(backup('')?.properties.networkAcls.bypass).toBe('AzureServices')
    expect(backup('/blobServices/containers/immutabilityPolicies')?.properties).toEqual({
      immutabilityPeriodSinceCreationInDays: 7,
      allowProtectedAppendWrites: false,
    })
  })

  test('can be undeleted for 14 days, which the broker’s role can’t prevent', () => {
    for (const policy of ['deleteRetentionPolicy', 'containerDeleteRetentionPolicy'])
      expect(backup('/blobServices')?.properties[policy]).toEqual({ enabled: true, days: 14 })
  })
})

describe('the app', () => {
  test('it accepts only HTTPS with TLS 1.2 or later, and no password for publishing', () => {
    for (const parameters of ['main', 'private', 'team', 'domain']) {
      const site = predicted(parameters).find(({ type }) => type === 'Microsoft.Web/sites')
      expect(site?.properties).toMatchObject({
        httpsOnly: true,
        siteConfig: { minTlsVersion: '1.2', scmMinTlsVersion: '1.2' },
      })
    }
    const policies = ofType('Microsoft.Web/sites/basicPublishingCredentialsPolicies')
    expect(policies.map(({ properties }) => properties.allow)).toEqual([false, false])
  })

  test('the identity has only the roles listed here', () => {
    const roles = everything
      .filter(({ type }) => type === 'Microsoft.Authorization/roleAssignments')
      .map(roleOf)
    expect(roles.toSorted()).toEqual(
      [
        'identity: Monitoring Metrics Publisher on components',
        'identity: Storage Blob Data Owner on storageAccounts',
        'identity: Storage Blob Data Contributor on containers',
        'identity: Storage Queue Data Contributor on storageAccounts',
        'identity: Storage Table Data Contributor on storageAccounts',
        'identity: Key Vault Secrets User on kv',
        'identity: Key Vault Secrets Officer on kvg1',
        'identity: Key Vault Secrets Officer on kvg2',
        'identity: Key Vault Secrets Officer on kvg3',
        'operator: Key Vault Secrets Officer on kv',
      ].toSorted(),
    )
  })

  test('telemetry is accepted only from known identities', () => {
    expect(ofType('Microsoft.Insights/components')[0]?.properties.DisableLocalAuth).toBe(true)
    // A user-assigned identity must be named (decision 0019).
    expect(settingsOf('hostSettings').APPLICATIONINSIGHTS_AUTHENTICATION_STRING).toMatch(
      /ClientId=\{0\};Authorization=AAD.*identityClientId/,
    )
  })
})

describe('application settings', () => {
  /** Read first by the host. */
  const ofTheHost = ['APPLICATIONINSIGHTS_CONNECTION_STRING']
  const set = Object.keys(settingsOf('requiredSettings'))
  const offered = Object.keys(definition('brokerSettings').properties)

  test('every setting of the broker can be set, and no others', () => {
    // Settings for the local stack would weaken a deployment.
    const known = allSettings().flatMap(({ name, isLocal }) => (isLocal ? [] : name))
    const ours = known.filter((name) => !ofTheHost.includes(name))
    expect([...set, ...offered].toSorted()).toEqual(ours.toSorted())
  })

  test('every required setting is set by the template itself', () => {
    const required = allSettings().flatMap(({ name, isRequired }) => (isRequired ? name : []))
    expect(set).toEqual(expect.arrayContaining([...required, 'AZURE_CLIENT_ID']))
    expect(Object.keys(settingsOf('hostSettings'))).toEqual(expect.arrayContaining(ofTheHost))
  })

  test('traces are sampled with the requested share', () => {
    const { properties } = everything.find(({ name }) => name.endsWith('/appsettings')) ?? {}
    expect(properties).toMatchObject({
      OTEL_TRACES_SAMPLER: 'microsoft.fixed_percentage',
      OTEL_TRACES_SAMPLER_ARG: '0.05',
    })
  })

  test('the template refuses an unknown setting', () => {
    expect(definition('brokerSettings').additionalProperties).toBe(false)
  })

  test.each([
    ['callerIssuer', issuerEntry(createUrlSchemas({ allowsInsecureLoopback: false }))],
    ['workspace', workspaces(createUrlSchemas({ allowsInsecureLoopback: false })).element],
  ] as const)('a %s in the template has exactly the fields of the setting', (name, document) => {
    expect(Object.keys(definition(name).properties).sort()).toEqual(Object.keys(document.shape).sort())
  })
})

function settingsOf(variable: 'hostSettings' | 'requiredSettings'): Record<string, string> {
  return template.resources.appSettings.properties.template.variables[variable]
}

function definition(name: string) {
  const found = Object.entries(template.definitions).find(([key]) => key.endsWith(name))?.[1]
  return found as { properties: object; additionalProperties: unknown }
}

const roleNames: Readonly<Record<string, string>> = {
  'b7e6dc6d-f1e8-4753-8033-0f276bb0955b': 'Storage Blob Data Owner',
  'ba92f5b4-2d11-453d-a403-e96b0029c9fe': 'Storage Blob Data Contributor',
  '974c5e8b-45b9-4653-ba55-5f855dd0fb88': 'Storage Queue Data Contributor',
  '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3': 'Storage Table Data Contributor',
  '3913510d-42f4-4e42-8a64-420c390055eb': 'Monitoring Metrics Publisher',
  '4633458b-17de-408a-b874-0445c86b69e6': 'Key Vault Secrets User',
  'b86a8fe4-44ce-4948-aee5-eccb2c155cd7': 'Key Vault Secrets Officer',
}

/** A role assignment in words, for example `identity: Key Vault Secrets User on kv`. */
function roleOf({ id = '', properties }: Resource): string {
  const [, type, name = ''] = /\/([A-Za-z]+)\/([^/]+)\/providers\/Microsoft.Authorization/.exec(id) ?? []
  const role = roleNames[properties.roleDefinitionId.split('/').at(-1)]
  const who = properties.principalId.includes('userAssignedIdentities') ? 'identity' : 'operator'
  return `${who}: ${role} on ${type === 'vaults' ? name.split('-')[0] : type}`
}

describe('instances', () => {
  const siteOf = (parameters: string) =>
    predicted(parameters).find(({ type }) => type === 'Microsoft.Web/sites')?.properties.functionAppConfig

  test('one takes as many HTTP requests at once as its memory carries', () => {
    expect(siteOf('main').scaleAndConcurrency).toMatchObject({
      instanceMemoryMB: 2048,
      triggers: { http: { perInstanceConcurrency: 200 } },
    })
    expect(template.variables.carriedRequests).toEqual({ '512': 50, '2048': 200, '4096': 200 })
    expect(Object.keys(template.variables.carriedRequests).map(Number)).toEqual(
      template.parameters.instanceMemoryMB.allowedValues,
    )
  })

  test('those that always run are two or more, or none', () => {
    expect(siteOf('main').scaleAndConcurrency.alwaysReady).toEqual([])
    expect(siteOf('private').scaleAndConcurrency.alwaysReady).toEqual([{ name: 'http', instanceCount: 2 }])
    expect(template.variables.readyInstances).toContain('alwaysReadyInstances is 1')
  })

  test('they’re updated as the parameter says, and the platform’s way is the default', () => {
    expect(siteOf('main').siteUpdateStrategy).toEqual({ type: 'Recreate' })
    expect(siteOf('private').siteUpdateStrategy).toEqual({ type: 'RollingUpdate' })
  })
})
