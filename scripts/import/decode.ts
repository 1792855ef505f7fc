/**
 * Decodes a file as spreadsheets write it: UTF-8, UTF-16 in either order, with or without a byte order mark; or
 * Windows-1252, Excel's "CSV" format in Western Europe and America.
 */
export function decodeImportFile(bytes: Uint8Array): string {
  const label = labelOf(bytes)
  if (label) return new TextDecoder(label).decode(bytes)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return new TextDecoder('windows-1252').decode(bytes)
  }
}

/** UTF-16, by its mark or by the zero byte in each ASCII character. */
function labelOf(bytes: Uint8Array): 'utf-16le' | 'utf-16be' | undefined {
  const [first, second] = bytes
  if (first === 0xff && second === 0xfe) return 'utf-16le'
  if (first === 0xfe && second === 0xff) return 'utf-16be'
  const zeros = [0, 0]
  bytes.subarray(0, 1_000).forEach((byte, index) => {
    if (byte === 0) zeros[index % 2]! += 1
  })
  const [even = 0, odd = 0] = zeros
  if (even === odd) return undefined
  return even > odd ? 'utf-16be' : 'utf-16le'
}
