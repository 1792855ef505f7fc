import { tracedFetch } from '../telemetry/outgoing.ts'

/** What asking brought. */
export interface FetchedJson {
  /** 0 when there was no answer. */
  readonly status: number
  /** The parsed body; undefined when it is not JSON. */
  readonly body: unknown
}

const limitMilliseconds = 5000

/** Asks once, within five seconds; redirects are not followed, and no answer is an answer. */
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
