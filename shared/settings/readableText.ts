import * as z from 'zod'

/** Text that means what people see: without invisible characters and unreplaced placeholders. */
export const readableText = z.string().superRefine((value, context) => {
  const fault = faultOfText(value)
  if (fault) context.addIssue(fault)
})

/** Quotation marks around a value. */
export const quotationMarks = /^(["'`]).*\1$|^[“”„«].*[“”»]$|^[‘’‚].*[‘’]$/su
/** A reference that Azure replaces with a secret's value, if it can. */
export const azureReference = /@Microsoft\.(KeyVault|AppConfiguration)\(/i
/** Line breaks are allowed here; a value that must be a single line checks that itself. */
const invisible = /(?![ \t\r\n])[\p{Cc}\p{Cf}\p{Z}]/gu

const faults: readonly (readonly [pattern: RegExp, fault: string])[] = [
  [quotationMarks, 'has quotation marks around it; remove them'],
  [
    azureReference,
    'is a reference that Azure didn’t resolve: the app’s identity can’t read the secret, or the reference is malformed',
  ],
  [/^%[^%]*%$/, 'is a name between percent signs, which the Functions host doesn’t replace in a setting'],
  [/<[^<>]+>|\$\{[^{}]*\}|\$\([^()]*\)|\{\{/, 'still contains a placeholder'],
]

/** Explains why a value can't be intended, without revealing it. */
function faultOfText(value: string): string | undefined {
  const hidden = [...value.matchAll(invisible)].map(
    ({ 0: character, index }) => `${codePoint(character)} at position ${index + 1}`,
  )
  if (hidden.length > 0) return `has invisible characters: ${hidden.join(', ')}`
  return faults.find(([pattern]) => pattern.test(value))?.[1]
}

function codePoint(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`
}
