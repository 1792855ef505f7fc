/** Characters of the longest challenge that is kept: escaped, it must fit in the address of a sign-in page. */
const maxChallenge = 2000

/**
 * Whether a value is a claims challenge: what Entra wants the next sign-in to meet, as the text of a JSON object
 * (entra/identity-platform/claims-challenge). The text is kept and sent back as it came.
 */
export function isClaimsChallenge(value: unknown): value is string {
  if (typeof value !== 'string' || value.length > maxChallenge) return false
  try {
    const parsed: unknown = JSON.parse(value)
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)
  } catch {
    return false
  }
}
