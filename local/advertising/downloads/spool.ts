import { randomUUID } from 'node:crypto'
import { closeSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A file without a name: it is gone when it is closed, or when the process ends. */
export interface Spool {
  /** Its length in bytes. */
  readonly size: number
  write(bytes: Uint8Array): void
  /** Writes over what is there. */
  patch(offset: number, bytes: Uint8Array): void
  /** The bytes from `offset`, at most `length`; empty at the end, and after it is closed. */
  read(offset: number, length: number): Buffer
  close(): void
}

/** Creates an empty file in the system's folder for temporary files; it holds what memory shouldn't. */
export function createSpool(): Spool {
  const path = join(tmpdir(), `msads-${randomUUID()}`)
  let file: number | null = openSync(path, 'wx+')
  unlinkSync(path)
  let size = 0
  const patch = (offset: number, bytes: Uint8Array) => {
    if (file !== null) writeSync(file, bytes, 0, bytes.length, offset)
  }
  return {
    get size() {
      return size
    },
    patch,
    write: (bytes) => {
      patch(size, bytes)
      size += bytes.length
    },
    read: (offset, length) => {
      const bytes = Buffer.alloc(Math.max(0, Math.min(length, size - offset)))
      return file === null
        ? Buffer.alloc(0)
        : bytes.subarray(0, readSync(file, bytes, 0, bytes.length, offset))
    },
    close: () => {
      if (file !== null) closeSync(file)
      file = null
    },
  }
}
