import { closeSync, mkdirSync, openSync, readFileSync, renameSync, writeFileSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import type { VaultEvent } from './secret.ts'

/** An append-only file of events, one JSON object per line. */
export interface Journal {
  /** Every event in the file, oldest first; an incomplete last line from a killed process is skipped. */
  replay(): VaultEvent[]
  /** Replaces the file atomically with one that contains only these events. */
  compact(events: Iterable<VaultEvent>): void
  /**
   * Appends one event. The operating system has it when this returns, so a process killed
   * afterwards loses nothing.
   */
  append(event: VaultEvent): void
  /** Closes the file; closing again does nothing, and nothing more can be appended. */
  close(): void
}

/** Opens a journal; the file and its folder are created if absent, readable only by their owner. */
export function openJournal(path: string): Journal {
  mkdirSync(dirname(path), { recursive: true })
  const open = () => openSync(path, 'a', 0o600)
  let file: number | undefined = open()
  const close = () => {
    // The system reuses a closed file's number for the next file or socket, so it must never be used again.
    const closing = file
    file = undefined
    if (closing !== undefined) closeSync(closing)
  }
  return {
    close,
    replay: () => parseLines(readFileSync(path, 'utf8')),
    compact(events) {
      const temporary = `${path}.tmp`
      writeFileSync(temporary, [...events].map(toLine).join(''), { mode: 0o600 })
      renameSync(temporary, path)
      close()
      file = open()
    },
    append(event) {
      if (file === undefined) throw new Error(`${path} is closed.`)
      writeWhole(file, Buffer.from(toLine(event)))
    },
  }
}

const toLine = (event: VaultEvent) => `${JSON.stringify(event)}\n`

function parseLines(text: string): VaultEvent[] {
  const wholeLines = text.slice(0, text.lastIndexOf('\n') + 1)
  return wholeLines
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as VaultEvent)
}

function writeWhole(file: number, bytes: Buffer): void {
  for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written)
}
