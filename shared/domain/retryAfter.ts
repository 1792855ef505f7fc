/** The longest wait that an answer of Microsoft or Google can ask for; a longer one would stop work for days. */
const maxRetryAfterSeconds = 3600

/**
 * Seconds of a `Retry-After` header (RFC 9110, section 10.2.3), delta or date, an hour at most. Undefined when it is
 * absent, invalid, 0, or in the past: such an answer doesn't shorten the usual wait.
 */
export function parseRetryAfterSeconds(
  value: string | null | undefined,
  now = new Date(),
): number | undefined {
  if (!value) return undefined
  const seconds = /^\d+$/.test(value) ? Number(value) : Math.ceil((Date.parse(value) - now.getTime()) / 1000)
  return seconds > 0 ? Math.min(seconds, maxRetryAfterSeconds) : undefined
}
