import { crc32, inflateRawSync } from 'node:zlib'

/** The text of the only file in a ZIP archive, read from its central directory, as most programs do. */
export function unpack(archive: Buffer): string {
  const end = archive.lastIndexOf(Buffer.from('504b0506', 'hex'))
  const entry = archive.readUInt32LE(end + 16)
  if (archive.readUInt16LE(end + 10) !== 1) throw new Error('There is more than one file.')
  const nameLength = archive.readUInt16LE(entry + 28)
  const isLarge = archive.readUInt32LE(entry + 24) === 0xffffffff
  const extra = entry + 46 + nameLength
  const size = isLarge ? Number(archive.readBigUInt64LE(extra + 4)) : archive.readUInt32LE(entry + 24)
  const packed = isLarge ? Number(archive.readBigUInt64LE(extra + 12)) : archive.readUInt32LE(entry + 20)
  const start = 30 + archive.readUInt16LE(26) + archive.readUInt16LE(28)
  const data = archive.subarray(start, start + packed)
  const text = archive.readUInt16LE(entry + 10) === 0 ? data : inflateRawSync(data)
  if (text.length !== size) throw new Error('The size is wrong.')
  if (crc32(text) !== archive.readUInt32LE(entry + 16)) throw new Error('The checksum is wrong.')
  return text.toString()
}
