/** The live memory of another process, through its inspector. */
export interface InspectedMemory {
  /** The live heap and buffers after a full collection, in MiB. */
  liveMebibytes(): Promise<number>
  close(): void
}

/** What Node prints when it's started with `--inspect`. */
export const inspectorLine = /Debugger listening on (ws:\S+)/

/** Connects to a process's inspector at the address of {@link inspectorLine}. */
export async function inspectMemory(url: string): Promise<InspectedMemory> {
  const socket = new WebSocket(url)
  const waiting = new Map<number, (result: unknown) => void>()
  let sent = 0
  socket.addEventListener('message', ({ data }) => {
    const { id, result } = JSON.parse(String(data)) as { id?: number; result?: unknown }
    if (id !== undefined) waiting.get(id)?.(result)
  })
  // A process that has ended answers nothing more.
  socket.addEventListener('close', () => {
    for (const settle of waiting.values()) settle({ usedSize: Number.NaN, backingStorageSize: Number.NaN })
  })
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve)
    socket.addEventListener('error', reject)
  })
  const ask = <T>(method: string) =>
    new Promise<T>((resolve) => {
      waiting.set(++sent, resolve as (result: unknown) => void)
      socket.send(JSON.stringify({ id: sent, method }))
    })
  return {
    async liveMebibytes() {
      await ask('HeapProfiler.collectGarbage')
      const usage = await ask<{ usedSize: number; backingStorageSize: number }>('Runtime.getHeapUsage')
      return (usage.usedSize + usage.backingStorageSize) / 2 ** 20
    },
    close: () => socket.close(),
  }
}

const lookMilliseconds = 500

/** Looks at a process's live memory twice a second, until it's asked for the most. */
export function watch(memory: InspectedMemory) {
  let [most, isOver] = [0, false]
  const looking = (async () => {
    while (!isOver) {
      const live = await memory.liveMebibytes()
      if (live > most) most = live
      await new Promise((resolve) => setTimeout(resolve, lookMilliseconds))
    }
  })()
  return {
    async most() {
      isOver = true
      await looking
      return most
    },
  }
}
