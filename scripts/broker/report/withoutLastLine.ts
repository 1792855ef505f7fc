import { BrokenOffError } from './brokenOff.ts'

/** The most bytes of a last line: far more than a problem document has. A longer one can't be the broker's. */
const maxLineBytes = 8_388_608

const lineFeed = 10

/**
 * Passes on all lines but the last one, which says how the answer ended.
 * @returns the last line, without its end; empty if there is none.
 */
export async function* withoutLastLine(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, string> {
  let kept: Buffer = Buffer.alloc(0)
  for await (const chunk of chunks) {
    const bytes = Buffer.concat([kept, chunk])
    const begin = bytes.lastIndexOf(lineFeed, -2) + 1
    if (begin > 0) yield bytes.subarray(0, begin)
    kept = bytes.subarray(begin)
    if (kept.byteLength > maxLineBytes) throw new BrokenOffError('The answer has a line that is too long.')
  }
  return kept.toString().trimEnd()
}
