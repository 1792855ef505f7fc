import cliProgress from 'cli-progress'

/** What is shown while a report is made, and while it arrives. */
export interface ReportProgress {
  /** Microsoft is making it. */
  waiting(percent: number | undefined): void
  /** More rows. */
  received(bytes: Uint8Array): void
  /** More of Microsoft's own file, of how much. */
  downloaded(bytes: number, ofBytes: number | undefined): void
  stop(): void
}

interface Shown {
  readonly share: number | undefined
  readonly notes: string
}

const lineFeed = 10

/**
 * A line on a terminal, with a bar where the whole is known; otherwise no output.
 * @param stream default is standard error, so rows can be piped.
 */
export function createReportProgress(
  title: string,
  stream: NodeJS.WritableStream = process.stderr,
): ReportProgress {
  const bar = new cliProgress.SingleBar({
    ...{ stream, noTTYOutput: false, clearOnComplete: false },
    format: (options, _params, { share, notes }: Shown) =>
      [title, share === undefined ? '' : `[${cliProgress.Format.BarFormat(share, options)}]`, notes]
        .filter(Boolean)
        .join(' '),
  })
  const seen = { waits: 0, rows: 0, bytes: 0, packed: 0 }
  const show = (shown: Shown) => bar.update(0, shown)
  let share: number | undefined
  const showRows = () =>
    show({ share, notes: `${seen.rows.toLocaleString('en')} rows, ${megabytes(seen.bytes)}` })
  bar.start(1, 0, { share: undefined, notes: 'requested' } satisfies Shown)
  return {
    waiting: (percent) => {
      seen.waits += 1
      const notes = `Microsoft is making it (asked ${seen.waits - 1} times)`
      show({ share: percent === undefined ? undefined : percent / 100, notes })
    },
    received: (bytes) => {
      seen.bytes += bytes.byteLength
      for (let at = bytes.indexOf(lineFeed); at >= 0; at = bytes.indexOf(lineFeed, at + 1)) seen.rows += 1
      showRows()
    },
    downloaded: (bytes, ofBytes) => {
      seen.packed += bytes
      share = ofBytes ? seen.packed / ofBytes : undefined
      showRows()
    },
    stop: () => bar.stop(),
  }
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`
}
