import type { Policy } from './tryLimit.ts'

/**
 * Begins one request of storage, or hands on one answer, in each turn of the event loop, in the order in which they came.
 * Otherwise, the answers to what a sweep or a list asks for at once arrive at once, are read in one turn, and lead to the
 * next requests at once: a vend in the same process waits for all of them at each of its own steps.
 */
export const inTurn: Policy = {
  position: 'perCall',
  policy: {
    name: 'brokerInTurn',
    async sendRequest(request, next) {
      await turn()
      try {
        return await next(request)
      } finally {
        await turn()
      }
    },
  },
}

const waiting: (() => void)[] = []

function turn(): Promise<void> {
  return new Promise((resolve) => {
    if (waiting.push(resolve) === 1) setImmediate(takeNext)
  })
}

function takeNext(): void {
  waiting.shift()?.()
  if (waiting.length > 0) setImmediate(takeNext)
}
