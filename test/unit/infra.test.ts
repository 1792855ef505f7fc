import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { settingNames } from '../../shared/config.ts'
import { settings } from '../../shared/settings.ts'

interface Resource {
  readonly id?: string
  readonly type: string
  readonly apiVersion: string
  // biome-ignore lint/suspicious/noExplicitAny: templates are read as they are
  readonly properties: any
}

const root = new URL('../../', import.meta.url)
const template = readJson('infra/main.json')
const resources = resourcesOf(template)
const everything = predicted('private')
const alerts = everything.filter(({ type }) => type === 'Microsoft.Insights/scheduledQueryRules')
const events = fieldsOfEvents(readText('shared/log.ts'))

describe('storage and vaults', () => {
  test('storage takes no shared key, shows no blob in public, and speaks TLS 1.2 or newer', () => {
    const accounts = ofType('Microsoft.Storage/storageAccounts')
    expect(accounts).toHaveLength(1)
    expect(accounts[0]?.properties).toMatchObject({
      allowSharedKeyAccess: false,
      allowBlobPublicAccess: false,
      supportsHttpsTrafficOnly: true,
      minimumTlsVersion: expect.stringMatching(/^TLS1_[23]$/),
    })
    for (const container of ofType('Microsoft.Storage/storageAccounts/blobServices/containers'))
      expect(container.properties.publicAccess).toBe('None')
  })

  test('no key or connection string is listed anywhere', () => {
    expect(JSON.stringify(template)).not.toMatch(/listKeys|listAccountSas|AccountKey=|SharedAccessKey/i)
  })

  test('every vault uses RBAC, soft delete and purge protection', () => {
    for (const vault of ofType('Microsoft.KeyVault/vaults'))
      expect(vault.properties).toMatchObject({
        enableRbacAuthorization: true,
        enableSoftDelete: true,
        enablePurgeProtection: true,
        softDeleteRetentionInDays: 90,
      })
  })

  test('private networking closes storage and vaults, and leaves each one private endpoint or more', () => {
    const closed = everything.filter(({ type }) =>
      ['Microsoft.Storage/storageAccounts', 'Microsoft.KeyVault/vaults'].includes(type),
    )
    for (const { properties } of closed) expect(properties.networkAcls.defaultAction).toBe('Deny')
    const groups = everything
      .filter(({ type }) => type === 'Microsoft.Network/privateEndpoints')
      .map(({ properties }) => properties.privateLinkServiceConnections[0].properties.groupIds[0])
    expect(groups.toSorted()).toEqual(['blob', 'queue', 'table', 'vault', 'vault', 'vault', 'vault'])
  })
})

describe('the app', () => {
  test('it accepts HTTPS only, TLS 1.2 or newer, and no password for publishing', () => {
    const [site] = ofType('Microsoft.Web/sites')
    expect(site?.properties).toMatchObject({
      httpsOnly: true,
      siteConfig: { minTlsVersion: '1.2', scmMinTlsVersion: '1.2', ftpsState: 'Disabled' },
    })
    const policies = ofType('Microsoft.Web/sites/basicPublishingCredentialsPolicies')
    expect(policies.map(({ properties }) => properties.allow)).toEqual([false, false])
  })

  test('the identity has the roles listed here and no other', () => {
    const roles = everything
      .filter(({ type }) => type === 'Microsoft.Authorization/roleAssignments')
      .map(roleOf)
    expect(roles.toSorted()).toEqual(
      [
        'identity: Monitoring Metrics Publisher on components',
        'identity: Storage Blob Data Owner on storageAccounts',
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

  test('telemetry is taken from known identities only', () => {
    expect(ofType('Microsoft.Insights/components')[0]?.properties.DisableLocalAuth).toBe(true)
    expect(settingsOf('hostSettings').APPLICATIONINSIGHTS_AUTHENTICATION_STRING).toContain(
      'Authorization=AAD',
    )
  })
})

describe('application settings', () => {
  /** Settings that only a laptop needs; they would weaken a deployment. */
  const localOnly = [
    'ALLOW_INSECURE_LOOPBACK',
    'TABLES_CONNECTION_STRING',
    'KEY_VAULT_VERIFY_CHALLENGE_RESOURCE',
  ]
  /** Read by the host first. */
  const ofTheHost = ['APPLICATIONINSIGHTS_CONNECTION_STRING']
  const set = Object.keys(settingsOf('requiredSettings'))
  const offered = Object.keys(definition('brokerSettings').properties)

  test('every setting that the broker knows can be set, and none that it does not know', () => {
    const known = new Set(settingNames())
    for (const name of [...localOnly, ...ofTheHost]) known.delete(name)
    expect([...set, ...offered].toSorted()).toEqual([...known].toSorted())
  })

  test('every required setting is set by the template itself', () => {
    const required = Object.entries(settings).flatMap(([name, d]) =>
      'required' in d && d.required ? [name] : [],
    )
    expect(set).toEqual(
      expect.arrayContaining([...required, 'PRODUCTION_MICROSOFT_CLIENT_ID', 'AZURE_CLIENT_ID']),
    )
    expect(Object.keys(settingsOf('hostSettings'))).toEqual(expect.arrayContaining(ofTheHost))
  })

  test('a setting that the broker does not know is refused by the template', () => {
    expect(definition('brokerSettings').additionalProperties).toBe(false)
  })

  test('nothing is set that Flex Consumption refuses', () => {
    const refused =
      /^(WEBSITE_|SCM_|ENABLE_ORYX|FUNCTIONS_WORKER_RUNTIME|FUNCTIONS_EXTENSION_VERSION|AzureWebJobsStorage$)/
    const all = [...set, ...offered, ...Object.keys(settingsOf('hostSettings'))]
    expect(all.filter((name) => refused.test(name))).toEqual([])
    expect(JSON.stringify(template)).not.toContain('linuxFxVersion')
  })
})

describe('alerts and workbook', () => {
  test.each(alerts.map((alert) => [runbookOf(alert), alert] as const))(
    'the alert of %s names a page that is there and tells its action group',
    (page, alert) => {
      expect(existsSync(new URL(`docs/runbooks/${page}`, root))).toBe(true)
      expect(alert.properties.description).toContain(page)
      expect(alert.properties.actions.actionGroups).toHaveLength(1)
    },
  )

  test('every alert’s page shows the very query that the alert runs', () => {
    for (const alert of alerts) {
      const page = readText(`docs/runbooks/${runbookOf(alert)}`)
      expect(page.replaceAll(/\s+/g, ' ')).toContain(queryOf(alert))
    }
  })

  test.each([...alerts.map(queryOf), ...tiles()])(
    'only events and fields that the broker logs are read: %s',
    (query) => {
      const named = eventsIn(query)
      for (const event of named) expect([...events.keys()]).toContain(event)
      const logged = new Set(['event', ...named.flatMap((event) => events.get(event) ?? [])])
      expect(fieldsIn(query).filter((field) => !logged.has(field))).toEqual([])
    },
  )

  test('what the issue asks to be told of has an alert each', () => {
    expect(alerts.map(runbookOf).toSorted()).toEqual([
      'environment-on-hold.md',
      'reauthorization-required.md',
      'refreshes-overdue.md',
      'secret-expiring.md',
      'server-errors.md',
      'sweep-failed.md',
      'sweep-silent.md',
      'vault-throttled.md',
    ])
  })

  test('every runbook is reached from the list of runbooks', () => {
    const list = readText('docs/runbooks/README.md')
    const pages = readdirSync(new URL('docs/runbooks', root)).filter((file) => file !== 'README.md')
    for (const page of pages) expect(list).toContain(`(${page})`)
  })
})

test('the form asks for nothing that the template does not take', () => {
  const { outputs } = readJson('infra/createUiDefinition.json').parameters
  expect(Object.keys(template.parameters)).toEqual(expect.arrayContaining(Object.keys(outputs)))
})

function readText(path: string): string {
  return readFileSync(new URL(path, root), 'utf8')
}

// biome-ignore lint/suspicious/noExplicitAny: templates are read as they are
function readJson(path: string): any {
  return JSON.parse(readText(path))
}

/** All resources of a template and of the templates within it. */
function resourcesOf(from: { resources: Record<string, Resource> }): Resource[] {
  return Object.values(from.resources).flatMap((resource) =>
    resource.properties?.template ? [resource, ...resourcesOf(resource.properties.template)] : [resource],
  )
}

function predicted(parameters: string): Resource[] {
  return readJson(`infra/snapshots/${parameters}.snapshot.json`).predictedResources
}

function ofType(type: string): Resource[] {
  return resources.filter((resource) => resource.type === type)
}

function settingsOf(variable: 'hostSettings' | 'requiredSettings'): Record<string, string> {
  return template.resources.appSettings.properties.template.variables[variable]
}

function definition(name: string) {
  const found = Object.entries(template.definitions).find(([key]) => key.endsWith(name))?.[1]
  return found as { properties: object; additionalProperties: unknown }
}

const roleNames: Readonly<Record<string, string>> = {
  'b7e6dc6d-f1e8-4753-8033-0f276bb0955b': 'Storage Blob Data Owner',
  '974c5e8b-45b9-4653-ba55-5f855dd0fb88': 'Storage Queue Data Contributor',
  '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3': 'Storage Table Data Contributor',
  '3913510d-42f4-4e42-8a64-420c390055eb': 'Monitoring Metrics Publisher',
  '4633458b-17de-408a-b874-0445c86b69e6': 'Key Vault Secrets User',
  'b86a8fe4-44ce-4948-aee5-eccb2c155cd7': 'Key Vault Secrets Officer',
}

/** Who has which role on what, e.g. `identity: Key Vault Secrets User on kv`. */
function roleOf({ id = '', properties }: Resource): string {
  const [, type, name = ''] = /\/([A-Za-z]+)\/([^/]+)\/providers\/Microsoft.Authorization/.exec(id) ?? []
  const role = roleNames[properties.roleDefinitionId.split('/').at(-1)]
  const who = properties.principalId.includes('userAssignedIdentities') ? 'identity' : 'operator'
  return `${who}: ${role} on ${type === 'vaults' ? name.split('-')[0] : type}`
}

function queryOf(alert: Resource): string {
  return alert.properties.criteria.allOf[0].query
}

function runbookOf(alert: Resource): string {
  return alert.properties.actions.customProperties.runbook.split('/').at(-1)
}

function tiles(): string[] {
  const { items } = readJson('infra/workbook.json') as { items: { content: { query?: string } }[] }
  return items.flatMap(({ content }) => content.query ?? [])
}

function eventsIn(query: string): string[] {
  return [...new Set(query.match(/"[a-z]+\.[a-z_]+"/g) ?? [])].map((quoted) => quoted.slice(1, -1))
}

function fieldsIn(query: string): string[] {
  // `e["to"]`: some fields are words of the query language.
  return [...query.matchAll(/\be(?:\.|\[")(\w+)/g)].map(([, field = '']) => field)
}

/** The events of `LogEvents` with their fields, read from the source: types are gone at run time. */
function fieldsOfEvents(source: string): Map<string, string[]> {
  const report = source.match(/interface SweepReport \{([\s\S]*?)\n\}/)?.[1] ?? ''
  const declared = [...source.matchAll(/'([a-z]+\.[a-z_]+)': (SweepReport|\{[^}]*\})/g)]
  return new Map(
    declared.map(([, event = '', shape = '']) => {
      const text = shape === 'SweepReport' ? report : shape
      return [event, [...text.matchAll(/(\w+)\??:/g)].map(([, field = '']) => field)]
    }),
  )
}
