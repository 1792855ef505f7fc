/**
 * A time as part of a row key: 13 digits that count down, so that rows sort newest first.
 * @param milliseconds since 1970.
 */
export function toCountdown(milliseconds: number): string {
  return String(9_999_999_999_999 - milliseconds).padStart(13, '0')
}
