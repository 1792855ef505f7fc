import { open, rename, rm } from 'node:fs/promises'
import { UsageError } from '../../commandLine.ts'

/** Where rows go. */
export interface Output {
  /** Resolves when there is room for more. @throws UsageError if the disk takes no more. */
  write(bytes: Uint8Array): Promise<void>
  /** All is written. @throws UsageError */
  finish(): Promise<void>
  /** Nothing more comes, and what was written isn't whole. */
  discard(): Promise<void>
}

/**
 * Opens the file for the rows, or standard output. A file gets its name only when it's whole; until then, it ends in
 * `.part`, beside it.
 * @throws UsageError if there can't be such a file.
 */
export async function openOutput(path: string | undefined): Promise<Output> {
  return path === undefined ? standardOutput() : openFile(path)
}

async function openFile(path: string): Promise<Output> {
  const part = `${path}.${process.pid}.part`
  const refuse = ({ code }: NodeJS.ErrnoException): never => {
    throw new UsageError(`Can’t write the file ${path} (${code}).`)
  }
  const file = await open(part, 'w').catch(refuse)
  return {
    write: (bytes) => file.writeFile(bytes).catch(refuse),
    finish: async () => {
      await file.sync()
      await file.close()
      await rename(part, path).catch(refuse)
    },
    discard: async () => {
      await file.close()
      await rm(part, { force: true })
    },
  }
}

function standardOutput(): Output {
  // A reader that leaves fails the next write, too.
  process.stdout.on('error', () => undefined)
  return {
    write: (bytes) =>
      new Promise((resolve, reject) => {
        process.stdout.write(bytes, (error) => (error ? reject(error) : resolve()))
      }),
    finish: async () => undefined,
    discard: async () => undefined,
  }
}
