import { createInflateRaw } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { BrokenFileError } from '../../shared/downloads/brokenFile.ts'
import { readZip } from '../../shared/downloads/zip.ts'
import { toArray } from './toArray.ts'
import { type ZipContents, zipOf } from './zipOf.ts'

async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.byteLength; at += size) yield bytes.subarray(at, at + size)
}

const mostBytes = 200_000_000

const contentOf = async (archive: Buffer, size = 65_536, most = mostBytes) =>
  Buffer.concat(await toArray(readZip(inPieces(archive, size), most))).toString()

const text = 'AccountId,Clicks\r\n1,2\r\n'.repeat(20)
const shapes: readonly ZipContents[] = [{}, { descriptor: 'signed' }, { descriptor: 'bare' }, { method: 0 }]

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
        fc.constantFrom(...shapes),
        async (bytes, size, shape) => {
          const archive = zipOf(Buffer.from(bytes), shape)
          const read = await toArray(readZip(inPieces(archive, size), mostBytes))
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

  test.each<[string, ZipContents]>([
    ['another checksum', { crc: 1 }],
    ['another size', { size: 1 }],
    ['encrypted', { flags: 1 }],
    ['neither deflated nor stored', { method: 9 }],
    ['is stored without its size', { method: 0, descriptor: 'signed' }],
    ['is stored without its size', { method: 0, size: 0xffffffff }],
    ['another checksum', { method: 0, crc: 1 }],
    ['more than one file', { method: 0, files: 2 }],
    ['more than one file', { files: 2 }],
  ])('is refused: %s', async (fault, shape) => {
    await expect(contentOf(zipOf(Buffer.from(text), shape))).rejects.toThrow(fault)
  })

  test('can have a comment, and nothing else behind its end', async () => {
    const archive = zipOf(Buffer.from(text))
    const commented = Buffer.concat([archive, Buffer.from('PK\x05\x06 and more')])
    commented.writeUInt16LE(commented.byteLength - archive.byteLength, archive.byteLength - 2)
    expect(await contentOf(commented, 7)).toBe(text)
    for (const more of [Buffer.alloc(1), Buffer.alloc(22), archive])
      await expect(contentOf(Buffer.concat([archive, more]))).rejects.toThrow(BrokenFileError)
  })

  test('with the records of ZIP64 at its end is read', async () => {
    const archive = zipOf(Buffer.from(text))
    const end = archive.byteLength - 22
    const records = Buffer.alloc(56 + 20)
    records.write('PK\x06\x06', 'latin1')
    records.writeBigUInt64LE(44n, 4)
    records.write('PK\x06\x07', 56, 'latin1')
    const large = Buffer.concat([archive.subarray(0, end), records, archive.subarray(end)])
    expect(await contentOf(large, 7)).toBe(text)
    for (let cut = 0; cut < large.byteLength; cut++)
      await expect(contentOf(large.subarray(0, cut), 97)).rejects.toThrow(BrokenFileError)
  })

  test.each(shapes)('of the shape %j with any byte changed is the same, or broken', async (shape) => {
    const archive = zipOf(Buffer.from(text), shape)
    for (let at = 0; at < archive.byteLength; at++) {
      const changed = Buffer.from(archive)
      changed[at]! ^= 1 << (at % 8)
      const read = await contentOf(changed, 97).catch((error) => error)
      if (read !== text) expect(read, `at ${at}`).toBeInstanceOf(BrokenFileError)
    }
  })

  test('whose data is damaged, and what is no archive, is broken', async () => {
    const archive = zipOf(Buffer.from(text))
    archive.fill(0xff, 42, 60)
    await expect(contentOf(archive)).rejects.toThrow(BrokenFileError)
    await expect(contentOf(Buffer.from('<?xml version="1.0"?><Error/>'.repeat(3)))).rejects.toThrow(
      /isn’t a ZIP/,
    )
  })

  test('that unpacks to more than its limit is broken, without being read to its end', async () => {
    expect(await contentOf(zipOf(Buffer.from(text)), 7, text.length)).toBe(text)
    await expect(contentOf(zipOf(Buffer.from(text)), 7, text.length - 1)).rejects.toThrow(
      `unpacks to more than ${text.length - 1} bytes`,
    )
    let bytes = 0
    const read = async () => {
      const archive = zipOf(Buffer.alloc(10_000_000))
      for await (const piece of readZip(inPieces(archive, 1000), 100_000)) bytes += piece.byteLength
    }
    await expect(read()).rejects.toThrow(BrokenFileError)
    expect(bytes).toBeLessThanOrEqual(100_000)
  })

  test('ends its inflater when its reader leaves', async () => {
    const destroy = vi.spyOn(Object.getPrototypeOf(createInflateRaw()), 'destroy')
    try {
      for await (const piece of readZip(inPieces(zipOf(Buffer.alloc(1_000_000)), 1000), mostBytes))
        if (piece.byteLength > 0) break
      expect(destroy).toHaveBeenCalled()
    } finally {
      destroy.mockRestore()
    }
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
    for await (const piece of readZip(source(), mostBytes)) if (piece.byteLength > 0) break
    expect(pulled).toBeLessThan(20_000)
    expect(isEnded).toBe(true)
  })
})
