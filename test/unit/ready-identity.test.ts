import { expect, test } from 'vitest'
import { systemClock } from '../../shared/clock.ts'
import { type IdentityReason, IdentityUnavailableError } from '../../shared/domain/identityUnavailable.ts'
import type { ReadyDependencies } from '../../shared/ready/dependencies.ts'
import { checkPermissions } from '../../shared/ready/permissions.ts'
import { tableNames } from '../../shared/storage/clients.ts'
import { readText } from './infraFiles.ts'

/** The check `identity` of a process whose identity gives no token. */
async function look(reason: IdentityReason) {
  const fail = () => Promise.reject(new IdentityUnavailableError({ reason, status: 0 }, 'nobody'))
  const broker = {
    config: {
      host: {
        app: 'func-broker',
        resourceGroup: 'rg-broker',
        blobUrl: 'https://stbroker.blob.core.windows.net',
      },
      tables: { prefix: '' },
    },
    clock: systemClock,
    credential: { getToken: fail },
    tables: Object.fromEntries(tableNames.map((name) => [name, { getEntity: fail, deleteEntity: fail }])),
    vaults: { grants: [] },
  }
  const checks = await checkPermissions(broker as unknown as ReadyDependencies)
  return (name: string) => checks.find((check) => check.name === name)
}

const restart = 'az functionapp restart --name func-broker --resource-group rg-broker '
const compare = 'az functionapp identity show --name func-broker --resource-group rg-broker; AZURE_CLIENT_ID '

test.each<[IdentityReason, string]>([
  ['identity_refused', compare],
  ['identity_unreachable', compare],
  ['identity_failing', restart],
  ['identity_silent', restart],
])('an identity that gives no token is fixed as its runbook says: %s', async (reason, command) => {
  const find = await look(reason)
  expect(find('identity')).toMatchObject({ ok: false, detail: `gives no token: ${reason} (no answer)` })
  expect(find('identity')?.resolution?.startsWith(command)).toBe(true)
  // What needs a token names the same command.
  for (const name of ['table Tenants', 'blobs of the host'])
    expect(find(name)?.resolution).toContain(command.split(' ').slice(0, 3).join(' '))
  const row = readText('docs/runbooks/identity-failing.md')
    .split('\n')
    .find((line) => line.startsWith('|') && line.includes(`\`${reason}\``))
  expect(row?.includes('restart')).toBe(command === restart)
})
