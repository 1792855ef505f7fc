import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { toDevice } from './deviceOutput.ts'
import { toFile } from './fileOutput.ts'
import { cantWrite } from './outputError.ts'
import { toStandardOutput } from './standardOutput.ts'

/** Where rows go. */
export interface Output {
  /** The file's name, as it was typed; undefined for standard output. */
  readonly file?: string
  /** Resolves when there is room for more. @throws BrokenOffError if no more can be written. */
  write(bytes: Uint8Array): Promise<void>
  /** All is written. @throws BrokenOffError */
  finish(): Promise<void>
  /** Nothing more comes, and what was written isn't whole. Doesn't wait, because the process may be ending. */
  discard(): void
}

/** The names of standard output. Opened by name, a pipe's or socket's other end would be missing. */
const standardNames: ReadonlySet<string> = new Set(['/dev/stdout', '/dev/fd/1', '/proc/self/fd/1'])

/**
 * Opens the file for the rows, or standard output. A file gets its name only when it's whole; until then, it ends in
 * `.part`, beside it. What isn't a file, such as a device or a named pipe, is written as it is.
 * @throws UsageError if it can't be written.
 */
export async function openOutput(path: string | undefined): Promise<Output> {
  if (path === undefined || standardNames.has(resolve(path))) return toStandardOutput()
  if (path === '' || path.endsWith('/')) throw cantWrite(path, { code: 'EISDIR' })
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw cantWrite(path, error)
  })
  if (found?.isDirectory()) throw cantWrite(path, { code: 'EISDIR' })
  const isFile = !found || (found.isFile() && !/^\/(dev|proc)\//.test(resolve(path)))
  return isFile ? toFile(path, found) : toDevice(path)
}
