import { RestError } from '@azure/data-tables'
import { expect, test, vi } from 'vitest'
import { systemClock } from '../../shared/clock.ts'
import type { ReadyDependencies } from '../../shared/ready/dependencies.ts'
import { checkPermissions } from '../../shared/ready/permissions.ts'
import { tableNames } from '../../shared/storage/clients.ts'

/** The checks of a broker whose tables all answer with this; by their names. */
async function look(statusCode = 404, code = 'TableNotFound', blobUrl?: string) {
  const refuse = () => Promise.reject(new RestError('refused', { statusCode, code }))
  const table = { getEntity: refuse, deleteEntity: refuse }
  const broker = {
    config: {
      host: { blobUrl },
      tables: { endpoint: 'https://stbroker.table.core.windows.net', prefix: 'Blue' },
    },
    clock: systemClock,
    credential: { getToken: async () => ({ token: 't', expiresOnTimestamp: 0 }) },
    tables: Object.fromEntries(tableNames.map((name) => [name, table])),
    vaults: { grants: [] },
  }
  const checks = await checkPermissions(broker as unknown as ReadyDependencies)
  return (name: string) => checks.find((check) => [name, `table ${name}`].includes(check.name))
}

const make = 'az storage table create --auth-mode login --account-name stbroker --name Blue'

test.each(['Tenants', 'TenantsByWorkspace', 'RefreshDue'])(
  'a missing %s is rebuilt: nobody is told first to create an empty one beside a running broker',
  async (name) => {
    const found = (await look())(name)
    expect(found).toMatchObject({ ok: false, detail: 'does not exist' })
    expect(found?.resolution).toMatch(
      /^docs\/runbooks\/rebuild-tables\.md; only if the broker never had a tenant: /,
    )
    expect(found?.resolution).toContain(`${make}${name}`)
  },
)

test.each(['SignIns', 'BrokerState'])(
  'a missing %s is created empty, by the name with its prefix',
  async (name) => {
    expect((await look())(name)?.resolution).toBe(`${make}${name} (docs/runbooks/table-missing.md)`)
  },
)

test.each([
  [
    'AuthorizationFailure',
    /^az storage account show --name stbroker --query .*; if the app may connect: az role /,
  ],
  ['AuthorizationPermissionMismatch', /^az role assignment create --role 'Storage Table Data Contributor' /],
])('a network that is closed is told from a missing role: %s', async (code, resolution) => {
  const found = (await look(403, code))('Tenants')
  expect(found).toMatchObject({ ok: false, detail: `${code} (403)` })
  expect(found?.resolution).toMatch(resolution)
})

test.each([
  [
    'AuthorizationFailure',
    /^az storage account show --name stbroker --query .*; if the app may connect: az role /,
  ],
  ['AuthorizationPermissionMismatch', /^az role assignment create --role 'Storage Blob Data Owner' /],
])('the same of the host’s own storage: %s', async (code, resolution) => {
  vi.stubGlobal(
    'fetch',
    async () => new Response(null, { status: 403, headers: { 'x-ms-error-code': code } }),
  )
  const found = (await look(404, 'ResourceNotFound', 'https://stbroker.blob.core.windows.net'))(
    'blobs of the host',
  )
  vi.unstubAllGlobals()
  expect(found).toMatchObject({ ok: false, detail: `read: status 403 ${code}` })
  expect(found?.resolution).toMatch(resolution)
})
