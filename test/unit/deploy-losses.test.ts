import { describe, expect, test } from 'vitest'
import { losses } from '../../scripts/deploy/losses.ts'
import { rules, settingRules } from '../../scripts/deploy/rules.ts'
import type { Parameters } from '../../scripts/setup/parameterFile.ts'
import { readText, template } from './infraFiles.ts'

const defaults = Object.fromEntries(
  Object.entries<{ defaultValue: unknown }>(template.parameters).map(([name, { defaultValue }]) => [
    name,
    defaultValue,
  ]),
)
const id = '11111111-1111-4111-8111-111111111111'
const workspaces = [
  { workspace: 'agency', apps: ['a', 'b'], returnUrls: ['https://a.example.com', 'https://b.example.com'] },
  { workspace: id, returnUrls: ['https://c.example.com'] },
]
const issuer = { authority: 'https://login.example.com/a', audiences: ['x'] }
/** A broker with everything that can be lost. */
const rich: Parameters = {
  name: 'blue',
  productionMicrosoftClientId: id,
  sandboxMicrosoftClientId: id,
  apiClientId: id,
  location: 'westeurope',
  environments: ['production', 'sandbox'],
  publicUrl: 'https://broker.example.com',
  workspaces,
  callerIssuers: [issuer],
  clientAuthentication: 'certificate',
  googleClientIds: { production: 'g' },
  zoneRedundant: true,
  grantVaultCount: 3,
  deletionLocks: true,
  storageSku: 'Standard_GZRS',
  privateNetworking: true,
  networkAddressPrefix: '10.70.0.0/24',
  allowedIpRanges: [],
  alertEmails: ['operations@example.com'],
  logRetentionDays: 365,
  logDailyCapGb: -1,
  storageAuditLogs: true,
  settings: {
    TABLES_PREFIX: 'Blue',
    GRANT_STORE: 'sealed',
    READ_ONLY_GRANT_VAULT_URLS: 'https://lost.example',
    BACKUP_CONTAINER_URL: 'https://backup.example/tables',
    CANARY_TENANT: 'ours/canary',
    DEAD_GRANT_DAYS: '120',
  },
}
const namesOf = (after: Parameters, before = rich) => losses(before, after, defaults).map(({ name }) => name)

test('every parameter of the template has a rule, or is listed as free to change', () => {
  expect(Object.keys(rules).toSorted()).toEqual(Object.keys(template.parameters).toSorted())
  const types = readText('infra/modules/types.bicep').split('type brokerSettings = {')[1]!
  const settings = [...types.matchAll(/^ {2}([A-Z_]+): /gm)].map(([, name]) => name)
  expect(Object.keys(settingRules).toSorted()).toEqual(settings.toSorted())
})

test('the same parameters lose nothing, and neither does more of everything', () => {
  expect(namesOf(rich)).toEqual([])
  expect(
    namesOf({ ...rich, grantVaultCount: 5, alertEmails: ['operations@example.com', 'b@example.com'] }),
  ).toEqual([])
})

test('a deployment from a new shell, which sets only the client IDs, is told everything that it would lose', () => {
  const fresh = { name: 'blue', productionMicrosoftClientId: id, apiClientId: id }
  expect(namesOf(fresh)).toEqual([
    'sandboxMicrosoftClientId',
    'environments',
    'publicUrl',
    'workspaces',
    'callerIssuers',
    'clientAuthentication',
    'googleClientIds',
    'zoneRedundant',
    'grantVaultCount',
    'deletionLocks',
    'storageSku',
    'privateNetworking',
    'alertEmails',
    'logRetentionDays',
    'storageAuditLogs',
    'settings.TABLES_PREFIX',
    'settings.GRANT_STORE',
    'settings.READ_ONLY_GRANT_VAULT_URLS',
    'settings.BACKUP_CONTAINER_URL',
    'settings.CANARY_TENANT',
    'settings.DEAD_GRANT_DAYS',
  ])
})

describe('a change of one parameter', () => {
  test.each<[string, Parameters]>([
    ['name', { name: 'green' }],
    ['productionMicrosoftClientId', { productionMicrosoftClientId: 'other' }],
    ['apiClientId', { apiClientId: 'other' }],
    ['location', { location: 'northeurope' }],
    ['environments', { environments: ['production'] }],
    ['publicUrl', { publicUrl: 'https://other.example.com' }],
    ['workspaces', { workspaces: [] }],
    ['callerIssuers', { callerIssuers: [] }],
    ['callerIssuers', { callerIssuers: [{ authority: 'https://login.example.com/b', audiences: ['x'] }] }],
    ['callerIssuers', { callerIssuers: [{ authority: 'https://login.example.com/a', audiences: ['y'] }] }],
    ['callerIssuers', { callerIssuers: [{ ...issuer, namespace: 'partner' }] }],
    ['googleClientIds', { googleClientIds: { production: 'h' } }],
    ['grantVaultCount', { grantVaultCount: 2 }],
    ['privateNetworking', { privateNetworking: false }],
    ['networkAddressPrefix', { networkAddressPrefix: '10.71.0.0/24' }],
    ['allowedIpRanges', { allowedIpRanges: ['203.0.113.7'] }],
    ['alertEmails', { alertEmails: ['else@example.com'] }],
    ['logDailyCapGb', { logDailyCapGb: 1 }],
    ['storageSku', { storageSku: 'Standard_ZRS' }],
    [
      'settings.READ_ONLY_GRANT_VAULT_URLS',
      { settings: { ...(rich.settings as object), READ_ONLY_GRANT_VAULT_URLS: 'https://else.example' } },
    ],
    ['settings.GRANT_STORE', { settings: { ...(rich.settings as object), GRANT_STORE: 'vault' } }],
  ])('of %s is a loss by that name', (name, change) => {
    expect(namesOf({ ...rich, ...change })).toEqual([name])
  })

  test.each<Parameters>([
    { grantVaultCount: 4 },
    { environments: ['sandbox', 'production'] },
    { workspaces: [...workspaces, { workspace: 'new', returnUrls: ['https://d.example.com'] }] },
    { alertEmails: ['else@example.com', 'operations@example.com'] },
    { logRetentionDays: 730, instanceMemoryMB: 4096, nodeMajorVersion: '22', tags: { a: 'b' } },
    { settings: { ...(rich.settings as object), SWEEP_CONCURRENCY: '32', DEAD_GRANT_DAYS: '150' } },
    { googleClientIds: { production: 'g', sandbox: 'h' } },
    {
      callerIssuers: [
        { audiences: ['x', 'y'], authority: issuer.authority },
        { issuer: 'https://b.example.com' },
      ],
    },
    {
      settings: {
        ...(rich.settings as object),
        READ_ONLY_GRANT_VAULT_URLS: 'https://old.example, https://lost.example',
      },
    },
    {
      settings: {
        tableS_PREFIX: 'Blue',
        granT_STORE: 'sealed',
        reaD_ONLY_GRANT_VAULT_URLS: 'https://lost.example',
        backuP_CONTAINER_URL: 'https://backup.example/tables',
        canarY_TENANT: 'ours/canary',
        deaD_GRANT_DAYS: '120',
      },
    },
  ])('to %o loses nothing', (change) => {
    expect(namesOf({ ...rich, ...change })).toEqual([])
  })

  test('that Azure alone can evaluate is not guessed', () => {
    const { location: _, ...group } = rich
    expect(namesOf(group)).toEqual([])
  })

  test('of a workspace names what its app or browsers lose', () => {
    const [agency, own] = workspaces
    const less = [{ ...agency!, apps: ['a'], returnUrls: ['https://a.example.com'] }, own!]
    const [loss] = losses(rich, { ...rich, workspaces: less }, defaults)
    expect(loss?.text).toContain('agency without the app b: it loses its tenants')
    expect(loss?.text).toContain('agency without https://b.example.com: browsers can’t return there')
  })

  test('says the values, and who is hurt', () => {
    const [loss] = losses(rich, { ...rich, grantVaultCount: 1 }, defaults)
    expect(loss?.text).toMatch(/^3 → 1\. .* advertisers must consent again/)
  })
})
