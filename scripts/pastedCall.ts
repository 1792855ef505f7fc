/** What is posted to the broker of a call that failed. */
export type PastedCall = Readonly<Record<string, unknown>>

const members: ReadonlySet<string> = new Set(['status', 'body', 'trackingId', 'service', 'sent'])
/** More than the broker reads of a text, and less than it takes, however the text is escaped. */
const maxCharacters = 400_000

/**
 * Turns what a person has of a failed call into a diagnosis's body: the call as the contract describes it, or the
 * answer itself, with its head as `curl -i` shows it or without. The broker reads status and headers out of the head.
 */
export function toPastedCall(text: string): PastedCall {
  const call = parseCall(text)
  return call ?? { body: text.slice(0, maxCharacters) }
}

/** An object of the contract's members alone; an answer that happens to have a `status` has others besides. */
function parseCall(text: string): PastedCall | undefined {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
    const names = Object.keys(value)
    const isCall = names.length > 0 && names.every((name) => members.has(name))
    return isCall ? (value as PastedCall) : undefined
  } catch {
    return undefined
  }
}
