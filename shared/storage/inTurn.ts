import type { Policy } from './tryLimit.ts'

/**
 * Starts one request of storage in each turn of the event loop, in the order in which they were asked for. Otherwise, the
 * answers to what a sweep or a list asks for at once arrive at once, are read in one turn, and lead to the next requests
 * at once: a vend in the same process waits for all of them at each of its own steps.
 */
export const inTurn: Policy = {
  position: 'perCall',
  policy: {
    name: 'brokerInTurn',
    async sendRequest(request, next) {
      await new Promise<void>(begin)
      return next(request)
    },
  },
}

const waiting: (() => void)[] = []

function begin(resolve: () => void): void {
  if (waiting.push(resolve) === 1) setImmediate(beginNext)
}

function beginNext(): void {
  waiting.shift()?.()
  if (waiting.length > 0) setImmediate(beginNext)
}
