import { spawn } from 'node:child_process'
import { once } from 'node:events'

/** Where a command runs, and with which variables. */
export interface CommandOptions {
  readonly cwd: string
  /** In addition to this process's own. */
  readonly env?: Readonly<Record<string, string>>
  /** What to say if the command isn't there. */
  readonly missing?: string
}

/**
 * Runs a command to its end and returns what it printed.
 * @throws Error with that, if it fails.
 */
export async function run(
  [command = '', ...args]: readonly string[],
  { cwd, env = {}, missing }: CommandOptions,
): Promise<string> {
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const printed: Buffer[] = []
  for (const output of [child.stdout, child.stderr]) output.on('data', (part: Buffer) => printed.push(part))
  const [status] = await once(child, 'close').catch((error: Error) => {
    throw new Error(missing ?? error.message)
  })
  const text = Buffer.concat(printed).toString()
  if (status !== 0) throw new Error(`${[command, ...args].join(' ')} ended with ${status}:\n${text}`)
  return text
}
