import { BrokenOffError } from './brokenOff.ts'

/** The lines that can end an answer: in CSV, another one may come before the number of rows. */
const mostLines = 2

/** The most bytes of these lines: far more than a problem document has. Longer ones can't be the broker's. */
const maxBytes = 8_388_608

const lineFeed = 10

/**
 * Passes on all lines but those that say how the answer ended.
 * @returns these lines, the last one last; none if the last line has no end.
 */
export async function* withoutEnd(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, readonly string[]> {
  let kept: Buffer = Buffer.alloc(0)
  for await (const chunk of chunks) {
    const bytes = Buffer.concat([kept, chunk])
    const begin = beginOfLast(bytes, mostLines)
    if (begin > 0) yield bytes.subarray(0, begin)
    kept = bytes.subarray(begin)
    if (kept.byteLength > maxBytes) throw new BrokenOffError('The answer has a line that is too long.')
  }
  const begin = isComment(kept) ? 0 : beginOfLast(kept, 1)
  if (begin > 0) yield kept.subarray(0, begin)
  const text = kept.subarray(begin).toString()
  return text.endsWith('\n') ? text.trimEnd().split(/\r?\n/) : []
}

/** Where the last lines begin. */
function beginOfLast(bytes: Buffer, lines: number): number {
  let begin = bytes.byteLength
  for (let line = 0; line < lines && begin > 0; line++)
    begin = bytes.subarray(0, begin).lastIndexOf(lineFeed, -2) + 1
  return begin
}

/** A record never looks like one: a field that begins like this is quoted. */
function isComment(bytes: Buffer): boolean {
  return /^# \w{1,80}: [^",\r\n]{0,200}\r\n# /.test(bytes.toString())
}
