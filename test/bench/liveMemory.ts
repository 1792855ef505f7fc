import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** Periodic measurements of this process's live heap. */
export interface MemoryWatch {
  /** Ends the watch and returns all measurements, in MiB, in order. */
  stop(): readonly number[]
}

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')

/** The live heap after a full collection, in MiB. */
export function liveMebibytes(): number {
  collectGarbage()
  return process.memoryUsage().heapUsed / 2 ** 20
}

/** Measures the live heap now and at an interval in milliseconds. */
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
