import type { Secret } from '../secret.ts'
import { azureReference, quotationMarks } from '../settings/readableText.ts'

/** Secrets that are sent as a single word, in a header or a form. */
const oneWord = /-(developer-token|client-secret)(-next)?$/

/** The first match is the most informative. */
const faults: readonly (readonly [pattern: RegExp, fault: string])[] = [
  [/^$/, 'is empty'],
  [azureReference, 'is a reference that Azure didn’t resolve'],
  [quotationMarks, 'has quotation marks around it'],
  [/[\p{Cf}\u2028\u2029]/u, 'contains an invisible character'],
  [/[\r\n]/, 'contains a line break'],
  [/\s/, 'contains a space'],
  [/\p{Cc}/u, 'contains a control character'],
  [/[^!-~]/, 'contains a character that isn’t ASCII'],
]

/**
 * Explains why a value can't be the developer token or client secret that its name says, without revealing it;
 * undefined if it can be, and for other secrets. Spaces around it are no fault, because reading removes them.
 */
export function findSecretFault(name: string, value: Secret): string | undefined {
  if (!oneWord.test(name)) return undefined
  const word = value.expose().trim()
  return faults.find(([pattern]) => pattern.test(word))?.[1]
}
