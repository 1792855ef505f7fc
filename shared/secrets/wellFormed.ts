/** Secrets that are sent as one word, in a header or a form. */
const oneWord = /-(developer-token|client-secret)(-next)?$/

/** The first that matches says most of what went wrong. */
const faults: readonly (readonly [RegExp, string])[] = [
  [/^$/, 'is empty'],
  [/^@Microsoft\.KeyVault\(/i, 'is a Key Vault reference that was not resolved'],
  [/^(["'`]).*\1$|^[“”„‘’«»]/s, 'has quotation marks around it'],
  [/[\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff]/, 'has an invisible character'],
  [/[^\x00-\x7f]/, 'has a character outside ASCII'],
  [/[\r\n]/, 'has a line break inside'],
  [/[ \t]/, 'has a blank inside'],
  [/[\x00-\x1f\x7f]/, 'has a control character'],
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
