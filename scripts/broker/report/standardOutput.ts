import type { Output } from './openOutput.ts'
import { stoppedWriting } from './outputError.ts'

/** Standard output. A reader that leaves is no failure of the output: its `EPIPE` is passed on. */
export function toStandardOutput(): Output {
  // A failure fails the write, too.
  process.stdout.on('error', () => undefined)
  return {
    write: (bytes) =>
      new Promise((resolve, reject) => {
        const refuse = (error: NodeJS.ErrnoException) =>
          reject(error.code === 'EPIPE' ? error : stoppedWriting('standard output', error))
        process.stdout.write(bytes, (error) => (error ? refuse(error) : resolve()))
      }),
    finish: async () => undefined,
    discard: () => undefined,
  }
}
