import { tracedFetch } from '../telemetry/outgoing.ts'

/** The result of a request. */
export interface FetchedJson {
  /** 0 if there was no answer. */
  readonly status: number
  /** The parsed body; undefined if it isn't JSON. */
  readonly body: unknown
}

const limitMilliseconds = 5000

/**
 * Sends a request once, with a five-second limit. Doesn't follow redirects, and returns a missing answer as a result.
 */
export async function fetchJson(url: string, init: RequestInit = {}): Promise<FetchedJson> {
  try {
    const signal = AbortSignal.timeout(limitMilliseconds)
    const response = await tracedFetch(url, { redirect: 'manual', signal, ...init })
    return { status: response.status, body: parse(await response.text()) }
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
