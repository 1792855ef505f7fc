import { type Ask, NoAnswerError } from '../../local/ask.ts'
import { Secret } from '../../shared/secret.ts'
import { SetupError } from './setup.ts'

/**
 * A secret from the environment variable of that name, or typed on the terminal without echo.
 * @param ask undefined where there is no terminal.
 * @throws SetupError if there's neither a variable nor an answer.
 */
export async function askSecret(ask: Ask | undefined, variable: string, question: string): Promise<Secret> {
  const given = process.env[variable]?.trim()
  if (given) return new Secret(given)
  const typed = await ask?.({ text: `${question} (not shown): `, isSecret: true }).catch((error) => {
    if (!(error instanceof NoAnswerError)) throw error
  })
  if (typed) return new Secret(typed)
  throw new SetupError(
    `${question}: not given.`,
    `Set the environment variable ${variable}, or run the command on a terminal.`,
  )
}
