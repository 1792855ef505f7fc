import { crc32, deflateRawSync } from 'node:zlib'

/** Numbers of the ZIP format (PKWARE, APPNOTE.TXT, section 4.3). */
const signatures = { local: 0x04034b50, central: 0x02014b50, end: 0x06054b50 } as const
const deflate = 8
/** January 1, 1980, the earliest date of the format, so that the same files are the same archive. */
const earliestDate = 0x21
/** A regular file that everyone can read, as Unix writes it. */
const mode = (0o100644 << 16) >>> 0

/** Packs files. The same names and contents give the same bytes. */
export function toZip(files: ReadonlyMap<string, Buffer>): Buffer {
  const locals: Buffer[] = []
  const centrals: Buffer[] = []
  let offset = 0
  for (const [name, content] of files) {
    const packed = deflateRawSync(content)
    const header = headerOf(name, content, packed)
    const local = Buffer.concat([number32(signatures.local), header, Buffer.from(name), packed])
    const place = [number16(0), number16(0), number16(0), number32(mode), number32(offset)]
    // Made by Unix (3), version 2.0.
    centrals.push(
      Buffer.concat([number32(signatures.central), number16(0x0314), header, ...place, Buffer.from(name)]),
    )
    locals.push(local)
    offset += local.length
  }
  const directory = Buffer.concat(centrals)
  const counts = [number16(0), number16(0), number16(files.size), number16(files.size)]
  const end = [number32(signatures.end), ...counts, number32(directory.length), number32(offset), number16(0)]
  return Buffer.concat([...locals, directory, ...end])
}

/** The part that both headers of a file share. */
function headerOf(name: string, content: Buffer, packed: Buffer): Buffer {
  return Buffer.concat([
    ...[number16(20), number16(0), number16(deflate), number16(0), number16(earliestDate)],
    ...[number32(crc32(content)), number32(packed.length), number32(content.length)],
    ...[number16(Buffer.byteLength(name)), number16(0)],
  ])
}

/** The checksum of each file in an archive, by its name; undefined if it isn't a whole one. Folders are left out. */
export function checksumsOf(archive: Buffer): ReadonlyMap<string, number> | undefined {
  const end = archive.lastIndexOf(number32(signatures.end))
  if (end < 0 || archive.length < end + 22) return undefined
  const found = new Map<string, number>()
  let at = archive.readUInt32LE(end + 16)
  for (let left = archive.readUInt16LE(end + 10); left > 0; left--) {
    if (at + 46 > end || archive.readUInt32LE(at) !== signatures.central) return undefined
    const [nameLength, extra, comment] = [28, 30, 32].map((each) => archive.readUInt16LE(at + each)) as [
      number,
      number,
      number,
    ]
    const name = archive.toString('utf8', at + 46, at + 46 + nameLength)
    if (!name.endsWith('/')) found.set(name, archive.readUInt32LE(at + 16))
    at += 46 + nameLength + extra + comment
  }
  return found
}

function number16(value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16LE(value)
  return bytes
}

function number32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}
