/** A body whose beginning has been read. */
export interface PartlyReadBody {
  readonly beginning: Buffer
  /** Whether the beginning is the whole body. */
  readonly isWhole: boolean
  /** The beginning, then the rest as it arrives; can be read once. */
  stream(): AsyncIterableIterator<Uint8Array>
}

/**
 * Reads a body until slightly more than `bytes` have arrived or it has ended; this and one chunk bound the
 * memory. A reader that stops early ends the source.
 */
export async function readBeginning(
  body: AsyncIterable<Uint8Array> | null,
  bytes: number,
): Promise<PartlyReadBody> {
  const source = (body ?? nothing())[Symbol.asyncIterator]()
  const chunks: Uint8Array[] = []
  let size = 0
  let isWhole = false
  while (!isWhole && size <= bytes) {
    const { done, value } = await source.next()
    if (done) isWhole = true
    else {
      chunks.push(value)
      size += value.byteLength
    }
  }
  const beginning = Buffer.concat(chunks)
  return { beginning, isWhole, stream: () => join(beginning, source) }
}

/** Not a generator: a generator that was never started would not end its source. */
function join(beginning: Buffer, source: AsyncIterator<Uint8Array>): AsyncIterableIterator<Uint8Array> {
  let isPending = beginning.byteLength > 0
  return {
    [Symbol.asyncIterator]() {
      return this
    },
    next: async () => {
      if (!isPending) return source.next()
      isPending = false
      return { done: false, value: beginning }
    },
    return: async () => {
      await source.return?.()
      return { done: true, value: undefined }
    },
  }
}

async function* nothing(): AsyncGenerator<Uint8Array> {}
