/**
 * Calls `end` however reading ends: with the last value, with a failure, or because the reader leaves, even before its
 * first value. Not a generator: one that was never started wouldn't end its source, and one that waits for a value
 * would end it only after that.
 * @param end can be called more than once.
 */
export function withEnd<T>(source: AsyncIterator<T>, end: () => void): AsyncIterableIterator<T> {
  return {
    [Symbol.asyncIterator]() {
      return this
    },
    next: async () => {
      try {
        const next = await source.next()
        if (next.done) end()
        return next
      } catch (error) {
        end()
        throw error
      }
    },
    return: async () => {
      end()
      await source.return?.()
      return { done: true, value: undefined }
    },
  }
}
