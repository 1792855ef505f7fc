import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** What lives on this process's heap, again and again. */
export interface MemoryWatch {
  /** Ends the watch: every look, in MiB, in order. */
  stop(): readonly number[]
}

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')

/** What lives on the heap after a full collection, in MiB. */
export function liveMebibytes(): number {
  collectGarbage()
  return process.memoryUsage().heapUsed / 2 ** 20
}

/** Looks at the live heap now and at an interval in milliseconds. */
export function watchMemory(milliseconds: number): MemoryWatch {
  const looks = [liveMebibytes()]
  const timer = setInterval(() => looks.push(liveMebibytes()), milliseconds)
  return {
    stop() {
      clearInterval(timer)
      looks.push(liveMebibytes())
      return looks
    },
  }
}
