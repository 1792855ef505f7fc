import type { ServerResponse } from 'node:http'

/** Answers with only a status. */
export function answerEmpty(response: ServerResponse, status: number): void {
  response.statusCode = status
  if (status !== 204) response.setHeader('Content-Length', 0)
  response.end()
}

/** Answers without reading the rest of the body, so the connection can't be reused. */
export function refuse(response: ServerResponse, status: number): void {
  response.setHeader('Connection', 'close')
  answerEmpty(response, status)
}

/** An answer that has started can't be replaced; cutting it off tells the client that it's incomplete. */
export function answerFailure(response: ServerResponse, status = 500): void {
  if (response.headersSent) return void response.destroy()
  for (const name of response.getHeaderNames()) response.removeHeader(name)
  refuse(response, status)
}

/**
 * Does what the forwarder does if the worker's answer is destroyed before its head is sent: a request with a body
 * gets 502; one without is sent again, but no invocation matches it (azure-functions-host `RetryProxyHandler`), which
 * is reported to `onLost`.
 * @returns a function that destroys the answer as without this guard.
 */
export function guardHead(response: ServerResponse, hasBody: boolean, onLost: () => void): () => void {
  const destroy = response.destroy.bind(response)
  response.destroy = (error) => {
    if (response.headersSent || response.destroyed || response.writableEnded) return destroy(error)
    if (hasBody) answerFailure(response, 502)
    else {
      destroy(error)
      onLost()
    }
    return response
  }
  return destroy
}

/** Azure's load balancer gives up on an answer that hasn't started by then (azure-functions/functions-scale, "timeout"). */
const answerSeconds = 230

/** Cuts the connection of a request whose answer hasn't started in time, as Azure's load balancer does. */
export function cutLateAnswer(response: ServerResponse, onCut: () => void, seconds = answerSeconds): void {
  const cut = setTimeout(() => {
    if (response.headersSent) return
    onCut()
    response.socket?.destroy()
  }, seconds * 1000)
  response.on('close', () => clearTimeout(cut))
}
