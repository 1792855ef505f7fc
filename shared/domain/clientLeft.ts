/** The client left before its request had arrived. No one failed, and there is no one to answer. */
export class ClientLeftError extends Error {
  constructor() {
    super('The client left before its request had arrived.')
    this.name = 'ClientLeftError'
  }
}

/**
 * Reads a request's body. It's cut off only if the client leaves, or if the Functions host refuses the rest, which the
 * host then answers itself.
 * @throws ClientLeftError, in an iteration.
 */
export function readArriving(body: AsyncIterable<Uint8Array>): AsyncIterableIterator<Uint8Array> {
  const source = body[Symbol.asyncIterator]()
  return {
    [Symbol.asyncIterator]() {
      return this
    },
    next: () =>
      source.next().catch(() => {
        throw new ClientLeftError()
      }),
    return: async () => {
      await source.return?.()
      return { done: true, value: undefined }
    },
  }
}
