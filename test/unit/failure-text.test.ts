import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { decodeFailureText, maxFaultBytes } from '../../shared/passthrough/failureText.ts'
import { readBeginning } from '../../shared/passthrough/readBeginning.ts'

describe('a failure’s text', () => {
  const text = '{"Errors":[{"Code":106}]}'
  const read = async (encoding: string, bytes: Uint8Array, readBytes = maxFaultBytes) => {
    async function* body() {
      yield bytes
    }
    const headers = new Headers({ 'content-encoding': encoding })
    return decodeFailureText({ status: 403, headers }, await readBeginning(body(), readBytes)).text
  }

  test.each([
    ['gzip', gzipSync],
    ['GZIP', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
    ['identity', Buffer.from],
    ['', Buffer.from],
  ] as const)('is read when its encoding is %j', async (encoding, encode) => {
    expect(await read(encoding, encode(text))).toBe(text)
  })

  test.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
  ] as const)('in %s is read up to 256 KiB', async (encoding, encode) => {
    const longest = 'x'.repeat(262_144)
    expect(await read(encoding, encode(longest))).toBe(longest)
    expect(await read(encoding, encode(`${longest}x`))).toBe('')
  })

  test('is empty if the encoding is broken or unknown, or the body is longer than the read part', async () => {
    expect(await read('gzip', Buffer.from(text))).toBe('')
    expect(await read('zstd', Buffer.from(text))).toBe('')
    expect(await read('', Buffer.from(text), 5)).toBe('')
  })
})
