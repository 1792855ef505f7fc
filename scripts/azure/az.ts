import { execFile } from 'node:child_process'
import { findAz, type Program } from './findAz.ts'

/** Runs one command of the Azure CLI and returns what it prints, read as JSON; undefined if it prints nothing. */
export type Az = (...args: readonly string[]) => Promise<unknown>

/** The Azure CLI refused a command. Its arguments hold no secret, because no secret is ever passed as one. */
export class AzError extends Error {
  readonly args: readonly string[]
  /** What the CLI printed to standard error. */
  readonly text: string

  constructor(args: readonly string[], text: string) {
    // What follows a blank line are examples and links.
    super(`az ${args.slice(0, 3).join(' ')}: ${text.trim().split(/\n\s*\n/)[0]}`)
    this.args = args
    this.text = text
  }

  /** Whether the thing that was asked for doesn't exist: ARM's codes, and Microsoft Graph's. */
  get isMissing(): boolean {
    return /ResourceGroupNotFound|DeploymentNotFound|ResourceNotFound|Request_ResourceNotFound/.test(
      this.text,
    )
  }

  /** Whether the person may not do it: ARM's code, and Microsoft Graph's. */
  get isForbidden(): boolean {
    return /AuthorizationFailed|Authorization_RequestDenied|InsufficientPermissions/.test(this.text)
  }

  /** Whether this CLI doesn't know the command, or parameter files: 2.45 says so in these words. */
  get isTooOld(): boolean {
    return /misspelled or not recognized|unrecognized arguments|only one of --template-file/.test(this.text)
  }

  /** Whether nobody is logged in, or the login has ended. */
  get isLoggedOut(): boolean {
    return /az login|AADSTS\d+/.test(this.text)
  }
}

/** Answers of `az` can list hundreds of objects. */
const maxBytes = 64 * 1024 * 1024

/**
 * The Azure CLI of this machine. Arguments reach it as they are, through no shell.
 * @throws AzError if a command fails; Error with `code` `ENOENT` if the CLI isn't installed.
 */
export function createAz(program = findAz()): Az {
  return async (...args) => {
    const said = await runProgram(program, args)
    try {
      return said.trim() ? JSON.parse(said) : undefined
    } catch {
      throw new AzError(args, `It printed something else than JSON: ${said.trim().slice(0, 200)}`)
    }
  }
}

function runProgram(program: Program | undefined, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    if (!program)
      return reject(Object.assign(new Error('The Azure CLI isn’t installed.'), { code: 'ENOENT' }))
    const all = [...program.first, ...args, '--only-show-errors', '--output', 'json']
    execFile(program.file, all, { maxBuffer: maxBytes }, (error, stdout, stderr) => {
      if (error) return reject(error.code === 'ENOENT' ? error : new AzError(args, stderr || error.message))
      resolve(stdout)
    })
  })
}

/** The answer, or undefined if what was asked for doesn't exist. */
export async function orMissing<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof AzError && error.isMissing) return undefined
    throw error
  }
}
