import { createHash } from 'node:crypto'
import type { TokenCredential } from '@azure/identity'
import { type Clock, withSignal } from '../clock.ts'
import { StorageUnavailableError } from '../domain/storageUnavailable.ts'

/** Dependencies of a container's client. */
export interface ContainerDependencies {
  readonly containerUrl: string
  readonly credential: TokenCredential
  readonly fetch: typeof fetch
  readonly clock: Clock
}

/** A call to a container. */
export interface BlobCall {
  readonly method: 'GET' | 'PUT'
  /** The blob's name. Default is the container itself. */
  readonly blob?: string
  /** The query, with its question mark. Default is none. */
  readonly query?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Uint8Array
  /** Statuses besides 2xx that are answers, not failures. */
  readonly accepted?: readonly number[]
}

/** Any version since 2017-11-09 takes bearer tokens (rest/api/storageservices/authorize-with-azure-active-directory). */
const version = '2021-12-02'
/** A part has a few MiB. */
const trySeconds = 60
const pausesSeconds = [1, 5, 15]

/**
 * Creates a sink that adds block blobs and never replaces one: `If-None-Match: *`, and the service checks the MD5 sum.
 * Four requests of Blob Storage's protocol are all that backups need, so the SDK's client isn't in the bundle (decision
 * 0038).
 */
export function createBackupSink(dependencies: ContainerDependencies) {
  return {
    async add(blob: string, content: Uint8Array): Promise<void> {
      const answer = await callContainer(dependencies, {
        method: 'PUT',
        blob,
        body: content,
        headers: {
          'x-ms-blob-type': 'BlockBlob',
          'If-None-Match': '*',
          'Content-MD5': createHash('md5').update(content).digest('base64'),
        },
        // Names are never used twice: what is there is ours, and the answer to it was lost.
        accepted: [409],
      })
      // Other conflicts store nothing, such as a container that is being deleted.
      if (answer.status === 409 && codeOf(answer) !== 'BlobAlreadyExists')
        throw new StorageUnavailableError('blobs', answer.status, codeOf(answer))
    },
  }
}

/**
 * Makes one call, repeated three times while the service doesn't answer or is busy.
 * @throws StorageUnavailableError
 */
export async function callContainer(dependencies: ContainerDependencies, call: BlobCall): Promise<Response> {
  for (const pause of [...pausesSeconds, undefined]) {
    const answer = await tryCall(dependencies, call).catch((error: unknown) => {
      if (error instanceof StorageUnavailableError) throw error
      return undefined
    })
    if (answer?.ok || (answer && call.accepted?.includes(answer.status))) return answer
    const isPassing = !answer || answer.status >= 500 || answer.status === 429
    if (isPassing && pause !== undefined) await dependencies.clock.sleep(pause * 1000)
    else throw new StorageUnavailableError('blobs', answer?.status ?? 0, codeOf(answer))
  }
  throw new Error('The last pause is undefined.')
}

async function tryCall(
  { containerUrl, credential, fetch }: ContainerDependencies,
  { method, blob, query = '', headers, body }: BlobCall,
): Promise<Response> {
  const token = await credential.getToken('https://storage.azure.com/.default')
  if (!token) throw new StorageUnavailableError('identity', 0, 'no_token')
  return withSignal(trySeconds, async (signal) => {
    const answer = await fetch(`${containerUrl}${blob ? `/${blob}` : ''}${query}`, {
      method,
      signal,
      headers: {
        ...headers,
        Authorization: `Bearer ${token.token}`,
        'x-ms-version': version,
        'x-ms-date': new Date().toUTCString(),
      },
      ...(body && { body: new Uint8Array(body) }),
    })
    // Read within the time limit, so that a connection that stalls ends, too.
    const content = await answer.arrayBuffer()
    const { status } = answer
    return new Response(status === 204 || status === 304 ? null : content, {
      status,
      headers: answer.headers,
    })
  })
}

function codeOf(answer: Response | undefined): string {
  const code = answer?.headers.get('x-ms-error-code') ?? ''
  return /^\w{1,60}$/.test(code) ? code : 'unknown'
}
