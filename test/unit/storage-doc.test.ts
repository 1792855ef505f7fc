import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TableClient } from '@azure/data-tables'
import { describe, expect, test } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }
import { systemClock, systemRandomness } from '../../shared/clock.ts'
import type { Account } from '../../shared/domain/account.ts'
import type { Tenant } from '../../shared/domain/tenant.ts'
import type { SecretProperties } from '../../shared/domain/vault.ts'
import { environments, identityProviders } from '../../shared/environment.ts'
import { refreshChunksQueue } from '../../shared/operations/runSweep.ts'
import { Secret } from '../../shared/secret.ts'
import {
  clientCertificateName,
  clientSecretName,
  developerTokenName,
  sealingKeysName,
} from '../../shared/secrets/brokerSecrets.ts'
import { createAccountTable } from '../../shared/storage/accountTable.ts'
import { createAppTable } from '../../shared/storage/appTable.ts'
import { tableNames } from '../../shared/storage/clients.ts'
import { createDisconnectMarks } from '../../shared/storage/disconnectMarks.ts'
import { createDueTable } from '../../shared/storage/dueTable.ts'
import { createGrantVault } from '../../shared/storage/grantVault.ts'
import { createNoteTable } from '../../shared/storage/noteTable.ts'
import { createOneTimeTable } from '../../shared/storage/oneTimeTable.ts'
import { createStateTable } from '../../shared/storage/stateTable.ts'
import { tenantColumns } from '../../shared/storage/tenantColumns.ts'
import { createTenantTable } from '../../shared/storage/tenantTable.ts'
import { createModelVault } from '../simulation/models/vault.ts'

const doc = readFileSync(join(import.meta.dirname, '../../docs/storage.md'), 'utf8')

/** The text under a heading, up to the next heading of any level. */
function section(heading: string): string {
  const start = doc.indexOf(`\n${heading}`)
  expect(start, heading).toBeGreaterThan(0)
  return (
    doc
      .slice(start + 1 + heading.length)
      .split(/\n#/)[0]
      ?.replace(/^[^\n]*/, '') ?? ''
  )
}

/** The first cells of the table whose first column is `kind`. */
function listed(heading: string, kind = 'column'): string[] {
  const rows = section(heading).split(`| ${kind} |`)[1]?.split('\n\n')[0] ?? ''
  return [...rows.matchAll(/^\| `([^`]+)`/gm)].map(([, name = '']) => name).sort()
}

const firstRelease = '0.1.0'

/** A version as a number that sorts. */
function versionOf(text: string): number {
  const [major = 0, minor = 0, patch = 0] = text.split('.').map(Number)
  return (major * 1000 + minor) * 1000 + patch
}

/** The table of columns that remember: column, since when it's written, and since when it's relied on. */
function rememberedColumns(): [string, string, string][] {
  const line = /^\| `(\w+)` \| [^|]+ \| (\d+\.\d+\.\d+) \| (\d+\.\d+\.\d+) \|$/gm
  return [...section('#### Columns that remember').matchAll(line)].map(
    ([, column = '', written = '', reliedOn = '']) => [column, written, reliedOn],
  )
}

/**
 * The other columns: without one, a process knows less, but loses nothing and brings nothing back. A new column that does
 * remember what is still to be done belongs in docs/storage.md instead.
 */
const onlyTell = [
  ...['workspace', 'tenant', 'environment', 'status', 'displayName', 'createdAt', 'lastVendedAt'],
  ...['grantId', 'grantReference', 'grantIdentityProvider', 'grantScopes', 'grantAccountKind'],
  ...['grantAuthorityTenant', 'grantIssuer', 'grantSubject', 'grantHint', 'grantConsentedAt'],
  ...['grantAdvertisingUserId', 'grantSignInNameSealed'],
  ...['accessTokenSealed', 'accessTokenExpiresAt', 'accessTokenRefreshedAt', 'accessTokenReplaced'],
  ...['troubleAttempts', 'troubleReason', 'troubleTraceId', 'troubleNextAttemptAt', 'troubleUnknownAnswers'],
  ...['troubleActor', 'troubleStuckSince', 'troubleToldAt', 'troubleNextVendAttemptAt'],
  ...['troubleSuspectedSince', 'discoveredAt', 'defaultAccountId', 'defaultCustomerId'],
  ...['advertisingRefusalReason', 'advertisingRefusalSince', 'reauthorizationReason', 'claims'],
]

/** A table that accepts everything and records the columns, by the kind of row. */
function recordingTable() {
  const rows: Record<string, unknown>[] = []
  const keep = async (entity: Record<string, unknown>) => {
    rows.push(entity)
    return { etag: 'W/"1"' }
  }
  const client = {
    createEntity: keep,
    upsertEntity: keep,
    updateEntity: keep,
    submitTransaction: async (actions: [string, Record<string, unknown>][]) => {
      for (const [, entity] of actions) rows.push(entity)
      return { subResponses: actions.map(() => ({ etag: 'W/"1"' })) }
    },
  } as unknown as TableClient
  const columns = (rowKeys: RegExp) => {
    const chosen = rows.filter(({ rowKey }) => rowKeys.test(String(rowKey)))
    const names = chosen
      .flatMap((row) => Object.keys(row))
      .filter((name) => !/^(partition|row)Key$/.test(name))
    return [...new Set(names)].sort()
  }
  return { client, columns }
}

const at = new Date('2026-11-20T09:12:44.120Z')
const name = { workspace: 'agency', tenant: 'acme' }
const tenant: Tenant = { ...name, environment: 'production', status: 'pending', createdAt: at }

describe('docs/storage.md', () => {
  test('explains every table', () => {
    expect([...doc.matchAll(/^## `(\w+)`$/gm)].map(([, table]) => table)).toEqual([...tableNames])
  })

  test('explains every column of the tenant row, and only those', () => {
    expect(listed('### Row `tenant`')).toEqual(Object.keys(tenantColumns).sort())
  })

  test('says of each column of the tenant row whether it remembers what is still to be done', () => {
    const remembers = rememberedColumns().map(([column]) => column)
    expect([...remembers, ...onlyTell].sort()).toEqual(Object.keys(tenantColumns).sort())
  })

  test('a column that remembers ships one release before it is relied on', () => {
    const current = versionOf(manifest.version)
    for (const [column, written, reliedOn] of rememberedColumns()) {
      const [since, relied] = [versionOf(written), versionOf(reliedOn)]
      expect(since, `${column} is written`).toBeLessThanOrEqual(current)
      // Nothing ran beside the first release.
      if (since > versionOf(firstRelease)) expect(relied, `${column} is relied on`).toBeGreaterThan(since)
    }
  })

  test('explains every column of events and of the workspace index', async () => {
    const [tenants, index] = [recordingTable(), recordingTable()]
    const store = createTenantTable({ Tenants: tenants.client, TenantsByWorkspace: index.client })
    await store.create(tenant, [{ type: 'tenant.created', at, detail: 'words', data: { reason: 'x' } }])
    expect(listed('### Rows `event:')).toEqual(tenants.columns(/^event:/))
    expect(listed('## `TenantsByWorkspace`')).toEqual(index.columns(/./))
  })

  test('explains every column of an account', async () => {
    const { client, columns } = recordingTable()
    const account: Required<Account> = {
      accountId: '1',
      number: 'F1',
      name: 'n',
      customerId: '2',
      customerName: 'c',
      ownerCustomerId: '2',
      lifeCycleStatus: 'Active',
      pauseReason: 'user',
      accountMode: 'Expert',
      currencyCode: 'USD',
      timeZone: 'PacificTimeUSCanadaTijuana',
      financialStatus: 'ClearFinancialStatus',
      lastModifiedAt: '2026-11-01T09:00:00.000Z',
      linked: false,
      reachUnknown: true,
      roleId: '41',
      ways: [{ customerId: '2', roleId: '41', linkPermission: 'Standard' }],
      usable: true,
      note: 'x',
      selected: false,
    }
    await createAccountTable({ Tenants: client }).write(name, 'g', [account])
    expect(listed('### Rows `account:')).toEqual(columns(/^account:/))
  })

  test('explains every column of a due row', async () => {
    const { client, columns } = recordingTable()
    await createDueTable({ RefreshDue: client }).insert({
      ...name,
      environment: 'production',
      identityProvider: 'microsoft',
      dueAt: at,
    })
    expect(listed('## `RefreshDue`')).toEqual(columns(/./))
  })

  test('explains every column of a one-time record', async () => {
    const { client, columns } = recordingTable()
    await createOneTimeTable({ SignIns: client }).issue('session', { any: 'thing' }, at)
    expect(listed('## `SignIns`')).toEqual(columns(/./))
  })

  test('explains every column and partition of the broker’s own state', async () => {
    const { client, columns } = recordingTable()
    const { environments: states } = createStateTable({ BrokerState: client }, systemClock)
    await states.placeHold({
      environment: 'production',
      identityProvider: 'microsoft',
      reason: 'client_secret_expired',
      traceId: '',
      since: at,
      until: at,
      toldAt: at,
    })
    const notes = createNoteTable({ BrokerState: client })
    await notes.write('expiry', 'last', { day: '2026-11-20' })
    await notes.addEvent({ type: 'secret.fell_over', at: at.toISOString(), secret: 's' })
    await createAppTable({ BrokerState: client }).write({
      app: 'a',
      refused: true,
      reason: 'x',
      changedAt: at,
    })
    expect(listed('## `BrokerState`')).toEqual(columns(/./))
    expect(listed('## `BrokerState`', 'partition')).toEqual([
      'app',
      'event',
      'hold',
      'note:<kind>',
      'sweep',
      'writer',
    ])
  })

  test('explains every secret of the broker’s own', () => {
    const known = environments.flatMap((environment) => [
      ...identityProviders.map((provider) => clientSecretName(environment, provider)),
      clientCertificateName(environment),
      developerTokenName(environment),
    ])
    expect(listed('### The broker', 'secret')).toEqual([...known, sealingKeysName].sort())
  })

  test('explains every tag of a grant’s secret, and the reference’s form', async () => {
    let tags: Readonly<Record<string, string>> = {}
    const vault = {
      host: 'grants1.vault.azure.net',
      read: async () => undefined,
      remove: async () => undefined,
      setExpiry: async () => undefined,
      write: async (secret: string, value: Secret, given: SecretProperties) => {
        tags = given.tags ?? {}
        return { name: secret, version: 'v1', value, tags }
      },
    }
    const owner = { ...name, environment: 'production', identityProvider: 'microsoft' } as const
    const reference = await createGrantVault([vault], {
      clock: systemClock,
      randomness: systemRandomness,
      log: () => {},
    }).write(new Secret('token'), owner)
    expect(listed('### Grants', 'tag')).toEqual(Object.keys(tags).sort())
    expect(reference).toMatch(/^vault:grants1\.vault\.azure\.net\/grant-[0-9a-f]{32}\/v1\/0$/)
  })

  test('explains every tag of a mark', async () => {
    const vault = createModelVault()
    await createDisconnectMarks([vault], systemClock, 1).write({ ...name, environment: 'production' }, at)
    const [mark] = vault.live()
    expect(listed('### Marks of disconnects', 'tag')).toEqual(Object.keys(mark?.tags ?? {}).sort())
  })

  test('names the queue', () => {
    expect(section('## Queue')).toContain(`\`${refreshChunksQueue}\``)
  })
})
