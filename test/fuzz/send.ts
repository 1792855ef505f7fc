import { Agent, type IncomingHttpHeaders, type OutgoingHttpHeaders, request } from 'node:http'
import { text } from 'node:stream/consumers'
import type { FuzzBody } from './request.ts'

/** An answer, read whole. */
export interface FuzzAnswer {
  /** 0 if there was none. */
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
  /** Why there was no answer. */
  readonly fault?: string
}

/** A request whose placeholders have their values. */
export interface FilledRequest {
  readonly method: string
  readonly target: string
  readonly headers: readonly (readonly [string, string])[]
  readonly body: FuzzBody | undefined
}

const agent = new Agent({ keepAlive: true, maxSockets: 32 })
/** The broker ends a request within its own limits; this only ends what hangs. */
const patienceMilliseconds = 120_000

/**
 * Sends a request as it is: a client like `fetch` would tidy its target up. A kept connection that the host ends at the
 * same moment is no answer of the broker's: the request is sent once more. Never throws.
 */
export async function send(origin: string, asked: FilledRequest): Promise<FuzzAnswer> {
  const first = await sendOnce(origin, asked)
  return first.isStale ? (await sendOnce(origin, asked)).answer : first.answer
}

async function sendOnce(
  origin: string,
  asked: FilledRequest,
): Promise<{ readonly answer: FuzzAnswer; readonly isStale: boolean }> {
  const { hostname, port } = new URL(origin)
  const bytes = asked.body && Buffer.from(asked.body.text, asked.body.encoding)
  const outgoing = request({
    ...{ agent, hostname, port, method: asked.method, path: asked.target },
    headers: headersOf(asked, bytes),
    signal: AbortSignal.timeout(patienceMilliseconds),
  })
  try {
    const answered = new Promise<FuzzAnswer>((resolve, reject) => {
      outgoing.on('error', reject)
      outgoing.on('response', (incoming) => {
        const { statusCode: status = 0, headers } = incoming
        text(incoming).then((body) => resolve({ status, headers, body }), reject)
      })
    })
    outgoing.end(bytes)
    return { answer: await answered, isStale: false }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const fault = String(code ?? error)
    return {
      answer: { status: 0, headers: {}, body: '', fault },
      isStale: outgoing.reusedSocket && (code === 'ECONNRESET' || code === 'EPIPE'),
    }
  }
}

function headersOf({ body, headers }: FilledRequest, bytes: Buffer | undefined): OutgoingHttpHeaders {
  const lists = new Map<string, string[]>()
  for (const [name, value] of headers) lists.set(name, [...(lists.get(name) ?? []), value])
  return {
    ...Object.fromEntries(lists),
    ...(body?.type !== undefined && { 'content-type': body.type }),
    ...(bytes && !body?.isChunked && { 'content-length': bytes.length }),
    ...(body?.isChunked && { 'transfer-encoding': 'chunked' }),
  }
}
