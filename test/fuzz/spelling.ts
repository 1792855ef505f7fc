/** Percent-encodes every byte of a text but letters, digits, and `keep`; lone surrogates become U+FFFD. Placeholders stay. */
export function encode(text: string, keep = "-._~!$&'()*+,;=:@"): string {
  return text
    .split(/(@@\w+@@)/)
    .map((part, index) => (index % 2 === 1 ? part : encodePart(part, keep)))
    .join('')
}

function encodePart(text: string, keep: string): string {
  return [...Buffer.from(text)]
    .map((byte) => {
      const character = String.fromCharCode(byte)
      const isPlain = /[A-Za-z0-9]/.test(character) || (byte < 0x80 && keep.includes(character))
      return isPlain ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
    })
    .join('')
}

/** For a query or a form. */
export const encodeField = (text: string) => encode(text, '-._~!*():@')

/** Everything that can stand in a request line stays: `%`, `/`, `?`, and `#` too. */
export const encodeLittle = (text: string) => encode(text, '-._~!$&\'()*+,;=:@%/?#[]"<>|^`{}\\')

/** A value of any kind in a query, a form, or a path. */
export const asText = (value: unknown) => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''))
