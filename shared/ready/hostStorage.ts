import { refreshChunksQueue } from '../operations/runSweep.ts'
import { type ReadinessCheck, runCheck } from './checks.ts'
import type { ReadyDependencies } from './dependencies.ts'
import { fetchJson } from './fetchJson.ts'
import { resolutionsOf } from './resolutions.ts'

/**
 * No queue or container has this name: with the right, the answer is 404; without it, 403. Either way,
 * nothing happens. (The services check rights first so that they don't reveal names; no page of Microsoft's
 * promises this. Otherwise, a probe would report fewer rights, never more.)
 */
const nowhere = 'readiness-probe'

const storageScope = 'https://storage.azure.com/.default'
const storageVersion = '2024-11-04'

/** A request that needs a right and changes nothing. */
interface Probe {
  readonly right: string
  readonly method: string
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

const message = '<QueueMessage><MessageText></MessageText></QueueMessage>'

/** The sweep hands over shards through the host's binding; the host's listener receives them. */
const queueProbes: readonly Probe[] = [
  { right: 'see', method: 'GET', path: `${refreshChunksQueue}?comp=metadata` },
  { right: 'take from', method: 'GET', path: `${nowhere}/messages` },
  { right: 'put into', method: 'POST', path: `${nowhere}/messages`, body: message },
]

/** The host keeps its timers' locks as leases on blobs; this code is running, so the host could read the package. */
const blobProbes: readonly Probe[] = [
  { right: 'read', method: 'GET', path: `${nowhere}/none` },
  {
    right: 'lease',
    method: 'PUT',
    path: `${nowhere}/none?comp=lease`,
    headers: { 'x-ms-lease-action': 'acquire', 'x-ms-lease-duration': '15' },
  },
]

/** Checks the Functions host's own storage, if the host uses its identity there. */
export async function checkHostStorage(broker: ReadyDependencies): Promise<ReadinessCheck[]> {
  const { queueUrl, blobUrl } = broker.config.host
  return Promise.all([
    ...(queueUrl
      ? [
          check(
            broker,
            `queue ${refreshChunksQueue}`,
            queueUrl,
            queueProbes,
            'Storage Queue Data Contributor',
          ),
        ]
      : []),
    ...(blobUrl ? [check(broker, 'blobs of the host', blobUrl, blobProbes, 'Storage Blob Data Owner')] : []),
  ])
}

async function check(
  { clock, config, credential }: ReadyDependencies,
  name: string,
  url: string,
  probes: readonly Probe[],
  role: string,
): Promise<ReadinessCheck> {
  const resolutions = resolutionsOf(config, url, role)
  return runCheck({ name, clock, resolutions }, async () => {
    const token = await credential.getToken(storageScope).catch(() => null)
    if (!token) return { ok: false, detail: 'no token for storage', resolution: resolutions.refused }
    const statuses = await Promise.all(probes.map((probe) => send(url, probe, token.token)))
    const failed = statuses.findIndex((status) => status !== 200 && status !== 404)
    if (failed < 0) return { ok: true, detail: `may be used: ${probes.map(({ right }) => right).join(', ')}` }
    const status = statuses[failed]
    return {
      ok: false,
      detail: `${probes[failed]?.right}: ${status === 0 ? 'no answer' : `status ${status}`}`,
      resolution: status === 401 || status === 403 ? resolutions.refused : resolutions.unreachable,
    }
  })
}

async function send(
  url: string,
  { method, path, headers = {}, body }: Probe,
  token: string,
): Promise<number> {
  const { status } = await fetchJson(`${url}/${path}`, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      'x-ms-version': storageVersion,
      'x-ms-date': new Date().toUTCString(),
      ...headers,
    },
    ...(body !== undefined && { body }),
  })
  return status
}
