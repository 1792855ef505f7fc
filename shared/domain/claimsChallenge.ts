/** The most characters of a stored challenge: escaped, it must fit in the address of a sign-in page. */
const maxChallenge = 2000

/**
 * Whether a value is a claims challenge: Entra's requirements for the next sign-in, as the text of a JSON object
 * (entra/identity-platform/claims-challenge). The text is stored and sent back unchanged.
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
