import { UsageError } from '../../commandLine.ts'
import { BrokenOffError } from './brokenOff.ts'

/** What failed, by the system's code. */
type Failure = Pick<NodeJS.ErrnoException, 'code'>

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'You don’t have permission',
  EDQUOT: 'Your quota is used up',
  EISDIR: 'It’s a folder',
  ELOOP: 'Its links lead in a circle',
  ENAMETOOLONG: 'Its name is too long',
  ENOENT: 'Its folder doesn’t exist',
  ENOSPC: 'The disk is full',
  ENOTDIR: 'Its folder isn’t one',
  EPERM: 'You don’t have permission',
  EROFS: 'The disk is read-only',
}

/** The output can't be opened. */
export function cantWrite(path: string, failure: Failure): UsageError {
  return new UsageError(`Can’t write ${path || 'a file without a name'}. ${reasonOf(failure)}.`)
}

/** The output takes no more. */
export function stoppedWriting(name: string, failure: Failure): BrokenOffError {
  return new BrokenOffError(`Can’t write ${name}. ${reasonOf(failure)}.`)
}

function reasonOf({ code = '' }: Failure): string {
  return reasons[code] ?? `The system says ${code || 'no reason'}`
}
