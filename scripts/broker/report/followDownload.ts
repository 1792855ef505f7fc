import type { Clock } from '../../../shared/clock.ts'
import { type BrokerAnswer, BrokerUnreachableError, problemOf, toAnswer } from '../../callBroker.ts'
import type { TenantApi } from '../api.ts'
import { RefusedError } from '../refusal.ts'

/** A download that is there: the broker's rows as they arrive, or Microsoft's own address of its file. */
export type Followed =
  | { readonly status: 'rows'; readonly body: ReadableStream<Uint8Array> }
  | { readonly status: 'address'; readonly url: string }

/** Where to ask, and how to wait. */
export interface Following {
  readonly send: TenantApi['send']
  readonly clock: Clock
  /** The media type of the rows. */
  readonly accept: string
  /** Is told, before each wait, how much of the file Microsoft has made, if it says so. */
  readonly onWait: (percent: number | undefined) => void
}

/** How many failures in a row that pass are waited out, and the wait if they don't say one. */
const patience = { failures: 10, seconds: 5 }

/**
 * Asks for a download until it's there. Waits as long as each answer says, also after a failure that passes.
 * @throws RefusedError for any other failure, or BrokerUnreachableError.
 */
export async function followDownload(
  following: Following,
  { handle, waitSeconds }: StartedDownload,
): Promise<Followed> {
  let [wait, percent]: [number, number | undefined] = [waitSeconds, undefined]
  for (let failures = 0; ; ) {
    following.onWait(percent)
    await following.clock.sleep(wait * 1000)
    const answer = await ask(following, handle, failures < patience.failures)
    if (answer?.status === 200) return toFollowed(answer)
    wait = Number(answer?.headers.get('retry-after')) || patience.seconds
    failures = answer?.status === 202 ? 0 : failures + 1
    percent = answer?.status === 202 ? await percentOf(answer) : undefined
  }
}

/** A download that was requested, and after how many seconds to ask for it. */
export interface StartedDownload {
  readonly handle: string
  readonly waitSeconds: number
}

/** Undefined for a broker that doesn't answer now, and is asked again. */
async function ask(
  { send, accept }: Following,
  handle: string,
  isPatient: boolean,
): Promise<Response | undefined> {
  try {
    const answer = await send(`/downloads/${handle}`, { method: 'GET', headers: { accept } })
    if (answer.status === 200 || answer.status === 202) return answer
    const refusal = await toAnswer(answer)
    if (isPatient && isPassing(refusal)) return answer
    throw new RefusedError(refusal)
  } catch (error) {
    if (isPatient && error instanceof BrokerUnreachableError) return undefined
    throw error
  }
}

/** What Microsoft couldn't make stays so. */
const lasting: ReadonlySet<string> = new Set(['report_failed', 'entities_failed'])

function isPassing(refusal: BrokerAnswer): boolean {
  const { retryAfterSeconds, status } = refusal
  const { reason } = problemOf(refusal)
  return retryAfterSeconds !== undefined && (status === 429 || status >= 500) && !lasting.has(reason)
}

async function percentOf(answer: Response): Promise<number | undefined> {
  const { percent } = ((await toAnswer(answer)).body ?? {}) as { percent?: number }
  return percent
}

async function toFollowed(answer: Response): Promise<Followed> {
  const isAddress = answer.headers.get('content-type')?.startsWith('application/json')
  if (!isAddress && answer.body) return { status: 'rows', body: answer.body }
  const { url } = (await answer.json()) as { url: string }
  return { status: 'address', url }
}
