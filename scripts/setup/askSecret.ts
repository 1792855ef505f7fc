import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { Secret } from '../../shared/secret.ts'
import { SetupError } from './setup.ts'

/**
 * A secret from the environment variable of that name, or typed on the terminal without echo.
 * @throws SetupError if there's neither a variable nor a terminal.
 */
export async function askSecret(variable: string, question: string): Promise<Secret> {
  const given = process.env[variable]?.trim()
  if (given) return new Secret(given)
  if (!process.stdin.isTTY) {
    const next = `Set the environment variable ${variable}, or run the command on a terminal.`
    throw new SetupError(`${question}: not given.`, next)
  }
  process.stderr.write(`${question} (not shown): `)
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() })
  const reader = createInterface({ input: process.stdin, output: silent, terminal: true })
  const typed = await reader.question('')
  reader.close()
  process.stderr.write('\n')
  return new Secret(typed.trim())
}
