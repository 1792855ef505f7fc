import type { Secret } from '../secret.ts'
import { azureReference, quotationMarks } from '../settings/readableText.ts'

/** Secrets that are sent as one word, in a header or a form. */
const oneWord = /-(developer-token|client-secret)(-next)?$/

/** The first that matches says most about what went wrong. */
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
 * Why a value can't be the developer token or client secret that its name says, without revealing the value; undefined
 * when it can be, and for other secrets. Spaces around it are no fault, because they are removed when it is read.
 */
export function findSecretFault(name: string, value: Secret): string | undefined {
  if (!oneWord.test(name)) return undefined
  const word = value.expose().trim()
  return faults.find(([pattern]) => pattern.test(word))?.[1]
}
