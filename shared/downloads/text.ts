import { BrokenFileError } from './brokenFile.ts'

/** Decodes UTF-8 that is split anywhere, without its byte order mark. @throws BrokenFileError if it isn't UTF-8. */
export async function* readText(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  const decode = (chunk?: Uint8Array) => {
    try {
      return decoder.decode(chunk, { stream: chunk !== undefined })
    } catch {
      throw new BrokenFileError('isn’t UTF-8')
    }
  }
  for await (const chunk of chunks) yield decode(chunk)
  yield decode()
}
