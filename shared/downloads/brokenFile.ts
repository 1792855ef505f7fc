import { Problem } from '../problems.ts'

/** A downloaded file that isn't whole, or isn't what Microsoft documents. Its message names no content. */
export class BrokenFileError extends Error {
  constructor(fault: string) {
    super(`The downloaded file ${fault}.`)
    this.name = 'BrokenFileError'
  }
}

/** What a file's fault is for an app; other failures unchanged. */
export function toFileProblem(error: unknown): unknown {
  if (!(error instanceof BrokenFileError)) return error
  return new Problem('download_failed', { detail: error.message, members: { reason: 'file_broken' } })
}
