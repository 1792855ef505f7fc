import type { ServerResponse } from 'node:http'

/**
 * Aborts if the client leaves before it has its whole answer, or has left already. The host's forwarder then closes its
 * own connection; the invocation itself isn't told (`invocationCancel` is missing in the Node worker).
 * @param answer undefined without HTTP streaming; then nothing tells, and the signal never aborts.
 */
export function whenLeft(answer: ServerResponse | undefined): AbortSignal {
  const controller = new AbortController()
  const leave = () => {
    if (!answer?.writableFinished) controller.abort()
  }
  if (answer?.destroyed) leave()
  else answer?.once('close', leave)
  return controller.signal
}
