import type { Broker } from '../broker.ts'
import { refreshChunksQueue } from '../refresh/run.ts'
import { type TableName, tableNames } from '../storage/clients.ts'
import { guarded } from '../storage/unavailable.ts'
import { explained, type Finding, type ReadinessCheck } from './checks.ts'

/** A row and a secret of this name exist nowhere: reading and deleting them needs the rights and changes nothing. */
const probeName = 'readiness-probe'

/** The token audiences of what the broker reaches by identity. */
const vaultScope = 'https://vault.azure.net/.default'
const storageScope = 'https://storage.azure.com/.default'

/** Looks at identity, tables, queue and vaults by what need not exist; nothing is written. */
export async function checkPermissions(broker: Broker): Promise<ReadinessCheck[]> {
  const { config, vaults } = broker
  return Promise.all([
    checkIdentity(broker),
    ...tableNames.map((name) => checkTable(broker, name)),
    ...(config.hostQueueUrl ? [checkQueue(broker, config.hostQueueUrl)] : []),
    ...vaults.grants.map((vault) => checkGrantVault(vault)),
  ])
}

async function checkIdentity({ credential }: Broker): Promise<ReadinessCheck> {
  const token = await credential.getToken(vaultScope).catch(() => null)
  if (token) return { name: 'identity', ok: true, detail: 'gives tokens' }
  const mend =
    'Assign the user-assigned identity to the function app and set AZURE_CLIENT_ID to its client id: az functionapp identity assign'
  return { name: 'identity', ok: false, detail: 'gives no token', mend }
}

function checkTable({ tables }: Broker, name: TableName): Promise<ReadinessCheck> {
  const gone = (status: number, code: string) =>
    status === 404 && code !== 'TableNotFound' ? { value: undefined } : undefined
  return explained(`table ${name}`, async () => {
    await guarded<unknown>('tables', () => tables[name].getEntity(probeName, probeName), gone)
    await guarded<unknown>('tables', () => tables[name].deleteEntity(probeName, probeName), gone)
    return { ok: true, detail: 'can be read and written' }
  })
}

/** The SDK's own answer to a missing secret is the same for both calls; a missing right is a 403. */
function checkGrantVault(vault: Broker['vaults']['main']): Promise<ReadinessCheck> {
  return explained(`vault ${vault.host}`, async () => {
    await vault.read(probeName)
    await vault.remove(probeName)
    return { ok: true, detail: 'can be read and written' }
  })
}

/** The sweep hands over to this queue through the host's binding; the host makes it at the first message. */
async function checkQueue({ credential }: Broker, queueUrl: string): Promise<ReadinessCheck> {
  const name = `queue ${refreshChunksQueue}`
  const token = await credential.getToken(storageScope).catch(() => null)
  if (!token) return { name, ...queueTrouble('no token for storage') }
  const url = `${queueUrl.replace(/\/+$/, '')}/${refreshChunksQueue}?comp=metadata`
  const headers = { authorization: `Bearer ${token.token}`, 'x-ms-version': '2024-11-04' }
  const signal = AbortSignal.timeout(5000)
  const status = await fetch(url, { headers, signal, redirect: 'manual' }).then(
    (response) => response.status,
    () => 0,
  )
  if (status === 200) return { name, ok: true, detail: 'answers' }
  if (status === 404) return { name, ok: true, detail: 'may be used; the first message makes it' }
  return { name, ...queueTrouble(status === 0 ? 'no answer' : `status ${status}`) }
}

function queueTrouble(detail: string): Finding {
  const mend =
    'Assign Storage Queue Data Contributor on the host’s storage to the broker’s identity: az deployment group create (infra/main.bicep)'
  return { ok: false, detail, mend }
}
