/** Virtual time and its events; events at the same time keep their order. */
export interface Scheduler {
  /** Milliseconds since the epoch of the simulated world. */
  now(): number
  /** Runs `work` after a number of virtual milliseconds. Returns a function that cancels it. */
  after(milliseconds: number, work: () => void): () => void
  /** Runs the next event and waits until every process is quiescent. False if there is none. */
  step(): Promise<boolean>
  /** The time of the next event; undefined if there is none. */
  nextAt(): number | undefined
}

interface Event {
  readonly at: number
  readonly order: number
  work: (() => void) | undefined
}

/** The start of the simulated world, chosen so that traces show times of day. */
const epoch = Date.UTC(2026, 0, 1)

/** Creates a scheduler whose queue is a binary heap. */
export function createScheduler(): Scheduler {
  const heap: Event[] = []
  let now = epoch
  let order = 0
  const dropCancelled = (): void => {
    while (heap[0] && !heap[0].work) pop(heap)
  }
  return {
    now: () => now,
    after(milliseconds, work) {
      const event: Event = { at: now + Math.max(0, milliseconds), order: order++, work }
      push(heap, event)
      return () => {
        event.work = undefined
      }
    },
    async step() {
      dropCancelled()
      const event = pop(heap)
      if (!event) return false
      now = event.at
      event.work?.()
      await quiescence()
      return true
    },
    nextAt() {
      dropCancelled()
      return heap[0]?.at
    },
  }
}

/**
 * The use cases await only the models, so all their current work is in the microtask queue; an immediate runs
 * only when that queue is empty.
 */
function quiescence(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

function isBefore(a: Event, b: Event): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order)
}

function push(heap: Event[], event: Event): void {
  let at = heap.push(event) - 1
  while (at > 0) {
    const parent = (at - 1) >> 1
    if (!isBefore(event, heap[parent]!)) break
    heap[at] = heap[parent]!
    at = parent
  }
  heap[at] = event
}

function pop(heap: Event[]): Event | undefined {
  const first = heap[0]
  const last = heap.pop()
  if (!first || !last || heap.length === 0) return first
  let at = 0
  for (;;) {
    let child = 2 * at + 1
    if (child >= heap.length) break
    if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++
    if (!isBefore(heap[child]!, last)) break
    heap[at] = heap[child]!
    at = child
  }
  heap[at] = last
  return first
}
