import { once } from 'node:events'
import { Agent, request } from 'node:http'
import { parentPort, Worker, workerData } from 'node:worker_threads'

/** Where vends are requested, and how. */
export interface VendTarget {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
}

/** Vends that are requested at a steady pace, whether or not earlier ones were answered. */
export interface VendLoad {
  /** The latencies since the last call, in milliseconds, for each target in order. */
  take(): Promise<number[][]>
  stop(): Promise<void>
}

/** Milliseconds between two vends of all targets. */
const paceMilliseconds = 4

/** Starts to request vends of several targets in turn, from a thread that does nothing else. */
export async function startVendLoad(targets: readonly VendTarget[]): Promise<VendLoad> {
  const worker = new Worker(new URL(import.meta.url), { workerData: targets })
  const take = async (): Promise<number[][]> => {
    worker.postMessage('take')
    const [taken] = (await once(worker, 'message')) as [number[][]]
    return taken
  }
  return { take, stop: async () => void (await worker.terminate()) }
}

// The thread runs this file.
if (parentPort) loadFrom(workerData as readonly VendTarget[], parentPort)

function loadFrom(targets: readonly VendTarget[], port: NonNullable<typeof parentPort>): void {
  const agent = new Agent({ keepAlive: true })
  let taken: number[][] = targets.map(() => [])
  let next = 0
  setInterval(() => {
    const at = next++ % targets.length
    const into = taken[at]
    vend(targets[at]!, agent, (milliseconds) => into?.push(milliseconds))
  }, paceMilliseconds)
  port.on('message', () => {
    port.postMessage(taken)
    taken = targets.map(() => [])
  })
}

/** A vend that isn't answered with 200 ends the benchmark. */
function vend({ url, headers }: VendTarget, agent: Agent, answered: (milliseconds: number) => void): void {
  const startedAt = performance.now()
  const sent = request(url, { agent, headers }, (response) => {
    if (response.statusCode !== 200) throw new Error(`A vend answered ${response.statusCode}.`)
    response.resume().on('end', () => answered(performance.now() - startedAt))
  })
  // The host closes a connection that was idle for a while, maybe at this moment.
  sent.on('error', (error) => {
    if (!sent.reusedSocket) throw error
    vend({ url, headers }, agent, answered)
  })
  sent.end()
}
