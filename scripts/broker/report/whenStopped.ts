import { constants } from 'node:os'

/** What Ctrl+C, an end of the terminal, and `kill` send. */
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/**
 * Ends the process with 128 and the signal's number, as shells say it: 130 for Ctrl+C.
 * What listens to the process's `exit` can clean up.
 * @param clean is called before.
 * @returns stops listening.
 */
export function whenStopped(clean: () => void): () => void {
  const stop = (signal: (typeof signals)[number]) => {
    clean()
    process.exit(128 + constants.signals[signal])
  }
  for (const signal of signals) process.once(signal, stop)
  return () => {
    for (const signal of signals) process.off(signal, stop)
  }
}
