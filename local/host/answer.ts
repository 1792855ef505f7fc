import type { ServerResponse } from 'node:http'

/** Answers with a status and nothing else. */
export function answerEmpty(response: ServerResponse, status: number): void {
  response.statusCode = status
  if (status !== 204) response.setHeader('Content-Length', 0)
  response.end()
}

/** Answers without reading what is left of the body, so the connection cannot be used again. */
export function refuse(response: ServerResponse, status: number): void {
  response.setHeader('Connection', 'close')
  answerEmpty(response, status)
}

/** An answer that had begun cannot become another; cutting it tells the client that it is not whole. */
export function answerFailure(response: ServerResponse, status = 500): void {
  if (response.headersSent) return void response.destroy()
  for (const name of response.getHeaderNames()) response.removeHeader(name)
  refuse(response, status)
}

/**
 * Does what the forwarder does when the worker's answer is destroyed before its head was sent: a request with a body
 * is 502; one without is sent again, to be paired with nobody (azure-functions-host `RetryProxyHandler`), which
 * `onLost` is told of.
 * @returns destroys the answer as it would be without this.
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
