import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'

/** A question to the person at the terminal. */
export interface Question {
  readonly text: string
  /** Whether what is typed stays invisible. */
  readonly isSecret: boolean
}

/** Asks a question and returns the answer, without spaces around it. */
export type Ask = (question: Question) => Promise<string>

/** The person ended the input instead of answering. */
export class NoAnswerError extends Error {
  override readonly name = 'NoAnswerError'
}

const nowhere = () => new Writable({ write: (_chunk, _encoding, done) => done() })

/** Creates a way to ask at a terminal. @param output where questions are written: standard error, beside the transcript. */
export function createAsk(input: NodeJS.ReadableStream, output: NodeJS.WritableStream): Ask {
  return async ({ isSecret, text }) => {
    output.write(text)
    // With `terminal`, readline switches the terminal's own echo off and writes each key itself.
    const terminal = createInterface({ input, output: isSecret ? nowhere() : output, terminal: true })
    const ended = new Promise<never>((_, reject) =>
      terminal.once('close', () => reject(new NoAnswerError('No answer.'))),
    )
    try {
      return (await Promise.race([terminal.question(''), ended])).trim()
    } finally {
      terminal.close()
      if (isSecret) output.write('\n')
    }
  }
}
