/** Secrets that are sent as one word, in a header or a form. */
const oneWord = /-(developer-token|client-secret)(-next)?$/

/** The first that matches says most of what went wrong. */
const faults: readonly (readonly [pattern: RegExp, fault: string])[] = [
  [/^$/, 'is empty'],
  [/^@Microsoft\.KeyVault\(/i, 'is a Key Vault reference that Azure has not resolved'],
  [/^(["'`]).*\1$|^[“”„‘’«»]/s, 'has quotation marks around it'],
  [/[\p{Cf}\u2028\u2029]/u, 'has an invisible character inside'],
  [/[\r\n]/, 'has a line break inside'],
  [/\s/, 'has a blank inside'],
  [/\p{Cc}/u, 'has a control character inside'],
  [/[^!-~]/, 'has a character outside ASCII'],
]

/**
 * Why a value cannot be the developer token or client secret that its name says, in words that say nothing of the
 * value; undefined when it can be, and for other secrets. Blanks around it are no fault, since they are
 * cut when it is read.
 */
export function faultOfSecret(name: string, value: string): string | undefined {
  if (!oneWord.test(name)) return undefined
  const word = value.trim()
  return faults.find(([pattern]) => pattern.test(word))?.[1]
}
