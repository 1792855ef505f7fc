import { crc32, createInflateRaw } from 'node:zlib'
import { BrokenFileError } from './brokenFile.ts'

/** The largest local header, and what may follow the data: names and further fields have 65,535 bytes each at most. */
const maxAroundBytes = 400_000

const signatures = {
  local: 0x04034b50,
  central: 0x02014b50,
  zip64End: 0x06064b50,
  end: 0x06054b50,
} as const

/**
 * Reads the one file of a ZIP archive as it arrives (PKWARE APPNOTE 6.3.10). Its checksum and size are those of the
 * central directory at the archive's end, so an archive that is cut anywhere is broken, even behind its data.
 * @param mostBytes of the unpacked file.
 * @throws BrokenFileError, at the latest behind the last byte; also for an archive of several files, an encrypted one,
 *   or one that is neither deflated nor stored with its size first.
 */
export async function* readZip(
  chunks: AsyncIterable<Uint8Array>,
  mostBytes: number,
): AsyncGenerator<Uint8Array> {
  const source = chunks[Symbol.asyncIterator]()
  let data: AsyncGenerator<Uint8Array, Uint8Array> | undefined
  try {
    const { first, storedBytes } = await readLocalHeader(source)
    const seen = { crc: 0, bytes: 0 }
    data = storedBytes === undefined ? inflate(first, source) : readStored(first, source, storedBytes)
    for (let next = await data.next(); ; next = await data.next()) {
      if (next.done) return checkEnd(await readRest(next.value, source), seen)
      seen.crc = crc32(next.value, seen.crc)
      seen.bytes += next.value.byteLength
      if (seen.bytes > mostBytes) throw new BrokenFileError(`unpacks to more than ${mostBytes} bytes`)
      yield next.value
    }
  } finally {
    await data?.return(Buffer.alloc(0))
    await source.return?.()
  }
}

interface LocalEntry {
  /** What has been read of the data. */
  readonly first: Buffer
  /** The size of data that isn't compressed. */
  readonly storedBytes: number | undefined
}

async function readLocalHeader(source: AsyncIterator<Uint8Array>): Promise<LocalEntry> {
  let read: Buffer = Buffer.alloc(0)
  for (let needed = 30; ; ) {
    while (read.byteLength < needed) read = Buffer.concat([read, await nextOf(source)])
    if (read.readUInt32LE(0) !== signatures.local) throw new BrokenFileError('isn’t a ZIP archive')
    const storedBytes = storedBytesOf(read)
    const length = 30 + read.readUInt16LE(26) + read.readUInt16LE(28)
    if (read.byteLength >= length) return { first: read.subarray(length), storedBytes }
    needed = length
  }
}

/** Only deflated data says itself where it ends. @returns undefined for such data. */
function storedBytesOf(header: Buffer): number | undefined {
  const [flags, method] = [header.readUInt16LE(6), header.readUInt16LE(8)]
  if (flags & 1) throw new BrokenFileError('is encrypted')
  if (method === 8) return undefined
  if (method !== 0) throw new BrokenFileError('is neither deflated nor stored')
  const bytes = header.readUInt32LE(22)
  if (flags & 8 || bytes === 0xffffffff) throw new BrokenFileError('is stored without its size')
  return bytes
}

async function nextOf(source: AsyncIterator<Uint8Array>): Promise<Uint8Array> {
  const { done, value } = await source.next()
  if (done) throw new BrokenFileError('breaks off')
  return value
}

/** Inflates at the reader's pace. @returns what has been read behind the data. */
async function* inflate(
  first: Uint8Array,
  source: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array, Uint8Array> {
  const engine = createInflateRaw()
  const output = engine[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>
  let [fed, last]: [number, Uint8Array] = [0, first]
  let wake = () => {}
  engine.once('close', () => wake())
  const feed = async () => {
    for (; !engine.readableEnded; last = await nextOf(source)) {
      fed += last.byteLength
      await new Promise<void>((resolve) => {
        wake = resolve
        engine.write(last, () => resolve())
      })
      if (engine.bytesWritten < fed) return
    }
  }
  const fedAll = feed().then(
    () => engine.end(),
    (error: Error) => engine.destroy(error),
  )
  try {
    for (let next = await output.next(); !next.done; next = await output.next()) yield next.value
  } catch (error) {
    throw error instanceof BrokenFileError ? error : new BrokenFileError('can’t be inflated')
  } finally {
    engine.destroy()
  }
  await fedAll
  return last.subarray(last.byteLength - (fed - engine.bytesWritten))
}

/** @returns what has been read behind the data. */
async function* readStored(
  first: Uint8Array,
  source: AsyncIterator<Uint8Array>,
  bytes: number,
): AsyncGenerator<Uint8Array, Uint8Array> {
  let [left, last] = [bytes, first]
  for (; left > last.byteLength; last = await nextOf(source)) {
    left -= last.byteLength
    yield last
  }
  yield last.subarray(0, left)
  return last.subarray(left)
}

async function readRest(beginning: Uint8Array, source: AsyncIterator<Uint8Array>): Promise<Buffer> {
  const rest = [beginning]
  let bytes = beginning.byteLength
  for (let next = await source.next(); !next.done; next = await source.next()) {
    bytes += next.value.byteLength
    if (bytes > maxAroundBytes) throw new BrokenFileError('has more than one file')
    rest.push(next.value)
  }
  return Buffer.concat(rest)
}

/** The sizes of a data descriptor with and without signature and ZIP64. */
const descriptorSizes = [0, 16, 12, 24, 20]

/** The records behind the data have one file, and nothing is between or behind them. */
function checkEnd(rest: Buffer, seen: { readonly crc: number; readonly bytes: number }): void {
  const central = descriptorSizes.find((at) => hasSignature(rest, at, signatures.central, 46))
  if (central === undefined) throw new BrokenFileError('breaks off, or has more than one file')
  const around = [28, 30, 32].map((at) => rest.readUInt16LE(central + at))
  const end = behindZip64(
    rest,
    around.reduce((sum, bytes) => sum + bytes, central + 46),
  )
  if (hasSignature(rest, end, signatures.central, 46)) throw new BrokenFileError('has more than one file')
  if (!hasSignature(rest, end, signatures.end, 22)) throw new BrokenFileError('breaks off')
  if (rest.readUInt16LE(end + 10) !== 1) throw new BrokenFileError('has more than one file')
  if (rest.byteLength !== end + 22 + rest.readUInt16LE(end + 20)) throw new BrokenFileError('breaks off')
  if (rest.readUInt32LE(central + 16) !== seen.crc) throw new BrokenFileError('has another checksum')
  if (sizeIn(rest, central) !== seen.bytes) throw new BrokenFileError('has another size')
}

/** Where the last record begins: behind those of ZIP64, if there are any (APPNOTE, sections 4.3.14 and 4.3.15). */
function behindZip64(rest: Buffer, at: number): number {
  if (!hasSignature(rest, at, signatures.zip64End, 12)) return at
  return at + 12 + Number(rest.readBigUInt64LE(at + 4)) + 20
}

function hasSignature(rest: Buffer, at: number, signature: number, bytes: number): boolean {
  return at >= 0 && rest.byteLength >= at + bytes && rest.readUInt32LE(at) === signature
}

/** The file's size; from 4 GiB on in the first further field (APPNOTE, section 4.5.3). */
function sizeIn(rest: Buffer, central: number): number {
  const size = rest.readUInt32LE(central + 24)
  if (size !== 0xffffffff) return size
  const further = central + 46 + rest.readUInt16LE(central + 28)
  const isZip64 = rest.byteLength >= further + 12 && rest.readUInt16LE(further) === 1
  return isZip64 ? Number(rest.readBigUInt64LE(further + 4)) : Number.NaN
}
