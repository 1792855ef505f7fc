import { once } from 'node:events'
import { crc32, createDeflateRaw } from 'node:zlib'
import type { Spool } from './spool.ts'

/**
 * How a ZIP file is written (PKWARE's APPNOTE.TXT 4.3.7–4.3.16). `descriptor`: bit 3 is set, and checksum and sizes stand
 * behind the data, as writers of streams do; `descriptorWithoutSignature`: the same without the optional signature;
 * `sizes`: all of it stands in the header; `stored`: sizes in the header, and not compressed; `zip64`: 64-bit sizes in
 * an extra field. To be refused: `encrypted` (bit 0 is set), `twoFiles`, `wrongChecksum`, `wrongSize`.
 */
export const zipShapes = [
  ...(['descriptor', 'descriptorWithoutSignature', 'sizes', 'stored', 'zip64'] as const),
  ...(['encrypted', 'twoFiles', 'wrongChecksum', 'wrongSize'] as const),
] as const

/** A shape of {@link zipShapes}. */
export type ZipShape = (typeof zipShapes)[number]

interface Facts {
  readonly name: Buffer
  readonly shape: ZipShape
  readonly offset: number
  readonly crc: number
  readonly packed: number
  readonly size: number
}

/** Writes a ZIP file with one file of the text; UTF-8. Nothing but a piece of it is ever in memory. */
export async function writeZip(
  spool: Spool,
  file: { readonly name: string; readonly text: Iterable<string>; readonly shape: ZipShape },
): Promise<void> {
  const entries = [await writeEntry(spool, file)]
  if (file.shape === 'twoFiles') {
    entries.push(await writeEntry(spool, { ...file, name: `second-${file.name}`, text: ['second'] }))
  }
  const start = spool.size
  for (const entry of entries) spool.write(directoryEntry(entry))
  spool.write(endOfDirectory(entries.length, start, spool.size - start))
}

async function writeEntry(
  spool: Spool,
  file: { readonly name: string; readonly text: Iterable<string>; readonly shape: ZipShape },
): Promise<Facts> {
  const { shape } = file
  const name = Buffer.from(file.name)
  const offset = spool.size
  const blank = { name, shape, offset, crc: 0, packed: 0, size: 0 }
  spool.write(localHeader(blank))
  const start = spool.size
  const { crc, size } = await (shape === 'stored' ? store : deflate)(spool, file.text)
  const packed = spool.size - start
  const facts = {
    ...blank,
    packed,
    crc: shape === 'wrongChecksum' ? (crc ^ 1) >>> 0 : crc,
    size: shape === 'wrongSize' ? size + 1 : size,
  }
  if (isStreamed(shape)) spool.write(descriptor(facts))
  else spool.patch(offset, localHeader(facts))
  return facts
}

async function store(spool: Spool, text: Iterable<string>) {
  let [crc, size] = [0, 0]
  for (const piece of text) {
    const bytes = Buffer.from(piece)
    crc = crc32(bytes, crc)
    size += bytes.length
    spool.write(bytes)
  }
  return { crc, size }
}

async function deflate(spool: Spool, text: Iterable<string>) {
  let [crc, size] = [0, 0]
  const packer = createDeflateRaw({ level: 1 })
  packer.on('data', (bytes: Buffer) => spool.write(bytes))
  const ended = once(packer, 'end')
  for (const piece of text) {
    const bytes = Buffer.from(piece)
    crc = crc32(bytes, crc)
    size += bytes.length
    if (!packer.write(bytes)) await once(packer, 'drain')
  }
  packer.end()
  await ended
  return { crc, size }
}

function isStreamed(shape: ZipShape): boolean {
  return !['sizes', 'stored', 'zip64'].includes(shape)
}

/** Bit 11: the name is UTF-8. */
function flagsOf(shape: ZipShape): number {
  return 0x800 | (isStreamed(shape) ? 8 : 0) | (shape === 'encrypted' ? 1 : 0)
}

function localHeader(facts: Facts): Buffer {
  const { name, shape } = facts
  const header = Buffer.alloc(30)
  header.writeUInt32LE(0x04034b50, 0)
  writeCommon(header.subarray(4), facts)
  if (!isStreamed(shape)) writeSums(header.subarray(14), facts)
  if (shape !== 'zip64') return Buffer.concat([header, name])
  header.writeUInt16LE(20, 28)
  return Buffer.concat([header, name, zip64Extra(facts)])
}

/** Version, flags, method, and time, which local and central headers share. */
function writeCommon(header: Buffer, { name, shape }: Facts): void {
  header.writeUInt16LE(shape === 'zip64' ? 45 : 20, 0)
  header.writeUInt16LE(flagsOf(shape), 2)
  header.writeUInt16LE(shape === 'stored' ? 0 : 8, 4)
  header.writeUInt32LE(0x5d7e4800, 6)
  header.writeUInt16LE(name.length, 22)
}

function writeSums(header: Buffer, { crc, packed, size, shape }: Facts): void {
  header.writeUInt32LE(crc, 0)
  header.writeUInt32LE(shape === 'zip64' ? 0xffffffff : packed, 4)
  header.writeUInt32LE(shape === 'zip64' ? 0xffffffff : size, 8)
}

function zip64Extra({ packed, size }: Facts): Buffer {
  const extra = Buffer.alloc(20)
  extra.writeUInt16LE(1, 0)
  extra.writeUInt16LE(16, 2)
  extra.writeBigUInt64LE(BigInt(size), 4)
  extra.writeBigUInt64LE(BigInt(packed), 12)
  return extra
}

function descriptor({ crc, packed, size, shape }: Facts): Buffer {
  const record = Buffer.alloc(16)
  record.writeUInt32LE(0x08074b50, 0)
  record.writeUInt32LE(crc, 4)
  record.writeUInt32LE(packed, 8)
  record.writeUInt32LE(size, 12)
  return shape === 'descriptorWithoutSignature' ? record.subarray(4) : record
}

function directoryEntry(facts: Facts): Buffer {
  const header = Buffer.alloc(46)
  header.writeUInt32LE(0x02014b50, 0)
  header.writeUInt16LE(45, 4)
  writeCommon(header.subarray(6), facts)
  writeSums(header.subarray(16), facts)
  header.writeUInt32LE(facts.offset, 42)
  const isLarge = facts.shape === 'zip64'
  if (isLarge) header.writeUInt16LE(20, 30)
  return Buffer.concat([header, facts.name, ...(isLarge ? [zip64Extra(facts)] : [])])
}

function endOfDirectory(count: number, start: number, length: number): Buffer {
  const record = Buffer.alloc(22)
  record.writeUInt32LE(0x06054b50, 0)
  record.writeUInt16LE(count, 8)
  record.writeUInt16LE(count, 10)
  record.writeUInt32LE(length, 12)
  record.writeUInt32LE(start, 16)
  return record
}
