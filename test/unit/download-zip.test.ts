import { crc32, deflateRawSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { BrokenFileError } from '../../shared/downloads/brokenFile.ts'
import { readZip } from '../../shared/downloads/zip.ts'
import { toArray } from './toArray.ts'

interface Shape {
  readonly descriptor?: 'signed' | 'bare'
  readonly flags?: number
  readonly method?: number
  readonly crc?: number
  readonly size?: number
  readonly files?: number
}

/** An archive of one file, field by field. */
function zipOf(content: Buffer, shape: Shape = {}): Buffer {
  const { descriptor, flags = descriptor ? 8 : 0, method = 8, files = 1 } = shape
  const data = deflateRawSync(content)
  const name = Buffer.from('report.csv')
  const fields = Buffer.alloc(12)
  fields.writeUInt32LE(shape.crc ?? crc32(content), 0)
  fields.writeUInt32LE(data.byteLength, 4)
  fields.writeUInt32LE(shape.size ?? content.byteLength, 8)
  const head = Buffer.alloc(10)
  head.writeUInt16LE(20, 0)
  head.writeUInt16LE(flags, 2)
  head.writeUInt16LE(method, 4)
  const lengths = Buffer.from([name.byteLength, 0, 0, 0])
  const local = [Buffer.from('PK\x03\x04'), head, descriptor ? Buffer.alloc(12) : fields, lengths, name]
  const behind = descriptor === 'signed' ? [Buffer.from('PK\x07\x08'), fields] : [fields]
  const central = [
    ...[Buffer.from('PK\x01\x02'), Buffer.from([20, 0]), head, fields, lengths],
    ...[Buffer.alloc(14), name],
  ]
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 'latin1')
  end.writeUInt16LE(files, 8)
  end.writeUInt16LE(files, 10)
  return Buffer.concat([...local, data, ...(descriptor ? behind : []), ...central, end])
}

async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.byteLength; at += size) yield bytes.subarray(at, at + size)
}

const contentOf = async (archive: Buffer, size = 65_536) =>
  Buffer.concat(await toArray(readZip(inPieces(archive, size)))).toString()

const text = 'AccountId,Clicks\r\n1,2\r\n'.repeat(20)
const shapes: readonly Shape[] = [{}, { descriptor: 'signed' }, { descriptor: 'bare' }]

describe('a ZIP archive of one file', () => {
  test.each(shapes)('of the shape %j has the same content in pieces of any size', async (shape) => {
    const archive = zipOf(Buffer.from(text), shape)
    for (let size = 1; size <= archive.byteLength; size++) expect(await contentOf(archive, size)).toBe(text)
  })

  test('has any content', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 3000 }),
        fc.integer({ min: 1, max: 99 }),
        async (bytes, size) => {
          const archive = zipOf(Buffer.from(bytes), { descriptor: 'signed' })
          const read = await toArray(readZip(inPieces(archive, size)))
          expect(Buffer.concat(read)).toEqual(Buffer.from(bytes))
        },
      ),
    )
  })

  test.each(shapes)('of the shape %j is broken if it’s cut at any byte', async (shape) => {
    const archive = zipOf(Buffer.from(text), shape)
    for (let cut = 0; cut < archive.byteLength; cut++)
      await expect(contentOf(archive.subarray(0, cut), 7), `at ${cut}`).rejects.toThrow(BrokenFileError)
  })

  test.each([
    ['another checksum', { crc: 1 }],
    ['another size', { size: 1 }],
    ['encrypted', { flags: 1 }],
    ['isn’t deflated', { method: 0 }],
    ['more than one file', { files: 2 }],
  ])('is refused: %s', async (fault, shape) => {
    await expect(contentOf(zipOf(Buffer.from(text), shape))).rejects.toThrow(fault)
  })

  test('whose data is damaged, and what is no archive, is broken', async () => {
    const archive = zipOf(Buffer.from(text))
    archive.fill(0xff, 42, 60)
    await expect(contentOf(archive)).rejects.toThrow(BrokenFileError)
    await expect(contentOf(Buffer.from('<?xml version="1.0"?><Error/>'.repeat(3)))).rejects.toThrow(
      /isn’t a ZIP/,
    )
  })

  test('that inflates to 200 MB is read at the reader’s pace, and its source ends with the reader', async () => {
    let [pulled, isEnded] = [0, false]
    const archive = zipOf(Buffer.alloc(200_000_000))
    async function* source() {
      try {
        for await (const piece of inPieces(archive, 1000)) {
          pulled += piece.byteLength
          yield piece
        }
      } finally {
        isEnded = true
      }
    }
    for await (const piece of readZip(source())) if (piece.byteLength > 0) break
    expect(pulled).toBeLessThan(20_000)
    expect(isEnded).toBe(true)
  })
})
