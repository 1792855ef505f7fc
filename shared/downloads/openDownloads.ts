import { Problem } from '../problems.ts'

/** The downloads whose files a process is reading. */
export interface OpenDownloads {
  /**
   * Counts a download of an app.
   * @returns ends it; can be called more than once.
   * @throws Problem `too_many_requests` if there are too many.
   */
  begin(app: string, now: Date): () => void
}

/** A process has one or two cores, and each file that is unpacked keeps one busy at its reader's pace. */
const most = { ofApp: 4, inAll: 16 }

/** A small report is read in less. */
const retryAfterSeconds = 10

/** `functionTimeout` (host.json): nothing reads on after it, even if the answer was never taken. */
const longestSeconds = 600

/** Creates the count of one process. */
export function createOpenDownloads(): OpenDownloads {
  const open = new Set<{ readonly app: string; readonly until: number }>()
  return {
    begin(app, now) {
      for (const each of open) if (each.until <= now.getTime()) open.delete(each)
      const ofApp = [...open].filter((each) => each.app === app).length
      if (ofApp >= most.ofApp) throw tooMany(`This app reads ${most.ofApp} downloads at once already.`)
      if (open.size >= most.inAll) throw tooMany('Other apps are reading too many downloads.', 'nobody')
      const begun = { app, until: now.getTime() + longestSeconds * 1000 }
      open.add(begun)
      return () => void open.delete(begun)
    },
  }
}

function tooMany(detail: string, actor: 'app' | 'nobody' = 'app'): Problem {
  const members = { reason: 'too_many_downloads_at_once' }
  return new Problem('too_many_requests', { detail, actor, retryAfterSeconds, members })
}

/** The count of this process, for every route that reads files. */
export const openDownloads = createOpenDownloads()
