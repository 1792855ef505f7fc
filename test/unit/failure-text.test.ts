import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { failureTextOf, longestFaultBytes } from '../../shared/passthrough/failureText.ts'
import { readAhead } from '../../shared/passthrough/readAhead.ts'

describe('a failure’s text', () => {
  const text = '{"Errors":[{"Code":106}]}'
  const read = async (encoding: string, bytes: Uint8Array, readBytes = longestFaultBytes) => {
    async function* body() {
      yield bytes
    }
    const headers = new Headers({ 'content-encoding': encoding })
    return failureTextOf({ status: 403, headers }, await readAhead(body(), readBytes)).text
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
