import { IdentityUnavailableError } from '../domain/identityUnavailable.ts'
import { refreshChunksQueue } from '../operations/runSweep.ts'
import { type ReadinessCheck, resolutionOf, runCheck } from './checks.ts'
import type { ReadyDependencies } from './dependencies.ts'
import { type FetchedJson, fetchJson } from './fetchJson.ts'
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
    const token = await credential.getToken(storageScope).catch((error: unknown) => {
      if (error instanceof IdentityUnavailableError) throw error
      return null
    })
    if (!token) return { ok: false, detail: 'no token for storage', resolution: resolutions.refused }
    const answers = await Promise.all(probes.map((probe) => send(url, probe, token.token)))
    const failed = answers.findIndex(({ status }) => status !== 200 && status !== 404)
    const { status = 0, errorCode: code = '' } = answers[failed] ?? {}
    if (failed < 0) return { ok: true, detail: `may be used: ${probes.map(({ right }) => right).join(', ')}` }
    const told = status === 0 ? 'no answer' : `status ${status} ${code}`.trim()
    const detail = `${probes[failed]?.right}: ${told}`
    return { ok: false, detail, resolution: resolutionOf({ code, status }, resolutions) }
  })
}

function send(url: string, { method, path, headers = {}, body }: Probe, token: string): Promise<FetchedJson> {
  return fetchJson(`${url}/${path}`, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      'x-ms-version': storageVersion,
      'x-ms-date': new Date().toUTCString(),
      ...headers,
    },
    ...(body !== undefined && { body }),
  })
}
