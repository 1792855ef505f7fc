import autocannon from 'autocannon'
import { processorSeconds } from './processTime.ts'

/** A process, and the request that it answers under load. */
export interface LoadTarget {
  readonly origin: string
  readonly path: string
  readonly headers: Record<string, string>
  readonly pid: number
}

/** The result of a load: requests a second, and microseconds of processor time a request (NaN without `/proc`). */
export interface Loaded {
  readonly perSecond: number
  readonly microseconds: number
}

/**
 * Requests as fast as the answers come.
 * @throws Error if any answer isn't good.
 */
export async function load(target: LoadTarget, connections: number, seconds: number): Promise<Loaded> {
  const { origin, path, headers, pid } = target
  const before = await processorSeconds(pid)
  const result = await autocannon({ url: origin + path, headers, connections, duration: seconds })
  const after = await processorSeconds(pid)
  const answered = result['2xx']
  if (result.non2xx > 0 || result.errors > 0 || answered === 0) {
    throw new Error(`${origin}: ${answered} good answers, ${result.non2xx} others, ${result.errors} errors`)
  }
  const used = before === undefined || after === undefined ? Number.NaN : after - before
  return { perSecond: answered / result.duration, microseconds: (used / answered) * 1e6 }
}
