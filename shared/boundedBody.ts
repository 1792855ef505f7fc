/**
 * Reads a response's body up to a number of bytes. The rest of a longer one isn't read, and its connection ends.
 * @returns undefined if it's longer.
 */
export async function readBoundedBody({ body }: Response, maxBytes: number): Promise<Buffer | undefined> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of body ?? []) {
    bytes += chunk.byteLength
    if (bytes > maxBytes) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
