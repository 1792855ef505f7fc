import { readBoundedBody } from '../boundedBody.ts'
import { maxKeySetBytes } from '../identity/fetchKeys.ts'
import { tracedFetch } from '../telemetry/outgoing.ts'

/** The result of a request. */
export interface FetchedJson {
  /** 0 if there was no answer. */
  readonly status: number
  /** The parsed body; undefined if it isn't JSON, or too large. */
  readonly body: unknown
  /** Azure Storage's code of a refusal (`x-ms-error-code`). */
  readonly errorCode?: string
  /** Whether the body is longer than {@link maxKeySetBytes}, and unread. */
  readonly isTooLarge?: true
}

const limitMilliseconds = 5000

/**
 * Sends a request with a five-second limit. A GET without an answer, or with a server error, is sent once more within
 * the limit. Reads no more of an answer than callers' verification reads of a key set. Doesn't follow redirects, and returns a missing answer as a result.
 */
export async function fetchJson(url: string, init: RequestInit = {}): Promise<FetchedJson> {
  const all = { redirect: 'manual', signal: AbortSignal.timeout(limitMilliseconds), ...init } as const
  const first = await fetchOnce(url, all)
  const isRepeated = init.method === undefined && (first.status === 0 || first.status >= 500)
  return isRepeated ? fetchOnce(url, all) : first
}

async function fetchOnce(url: string, init: RequestInit): Promise<FetchedJson> {
  try {
    const response = await tracedFetch(url, init)
    const { status } = response
    const bytes = await readBoundedBody(response, maxKeySetBytes)
    const [errorCode] = /^\w{1,60}$/.exec(response.headers.get('x-ms-error-code') ?? '') ?? []
    return {
      ...(bytes ? { body: parse(bytes.toString()) } : { body: undefined, isTooLarge: true }),
      ...{ status, ...(errorCode && { errorCode }) },
    }
  } catch {
    return { status: 0, body: undefined }
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
