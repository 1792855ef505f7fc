import { type Ask, createAsk, NoAnswerError } from '../local/ask.ts'
import { assertBrokerNamed, isBrokerNamed } from './namedBroker.ts'

/** The person at the terminal; undefined if there is none. */
export function personAtTerminal(): Ask | undefined {
  return process.stdin.isTTY ? createAsk(process.stdin, process.stderr) : undefined
}

/** What to say if there is no one to ask, and the question if there is. */
export interface MissingBroker {
  readonly ways: string
  readonly text: string
}

/**
 * Asks the person at the terminal for the broker, unless the settings name one.
 * @param ask default is the person at the terminal.
 * @returns the answer; undefined if the settings name a broker.
 * @throws UsageError without a terminal, or without an answer.
 */
export async function askForBroker(
  settings: Readonly<Record<string, string | undefined>>,
  { text, ways }: MissingBroker,
  ask: Ask | undefined = personAtTerminal(),
): Promise<string | undefined> {
  if (isBrokerNamed(settings)) return undefined
  const answer = await ask?.({ text, isSecret: false }).catch((error: unknown): undefined => {
    if (!(error instanceof NoAnswerError)) throw error
  })
  if (!answer) assertBrokerNamed(settings, ways)
  return answer
}
