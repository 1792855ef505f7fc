/** The request to the broker about a failed call. */
export type PastedCall = Readonly<Record<string, unknown>>

const members: ReadonlySet<string> = new Set(['status', 'body', 'trackingId', 'service', 'sent'])
/** More than the broker reads of a text, and less than it accepts, regardless of escaping. */
const maxCharacters = 400_000

/**
 * Converts a person's record of a failed call to the body of a diagnosis. The record is the call as the contract
 * describes it, or the answer itself, with or without its head from `curl -i`. The broker reads status and headers from
 * the head.
 */
export function toPastedCall(text: string): PastedCall {
  const call = parseCall(text)
  return call ?? { body: text.slice(0, maxCharacters) }
}

/** An object with only the contract's members; an answer that happens to have a `status` has others too. */
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
