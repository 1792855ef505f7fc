/** Isn't in any id, and needs no escaping in an address (RFC 3986, section 2.3). */
const separator = '~'

/**
 * Adds the session's id, which isn't secret, to the one-time id of its link or of its sign-in. When the link or the
 * sign-in is over, the session's id still leads to its result, or back to the app.
 */
export function withSessionId(oneTimeId: string, sessionId: string): string {
  return `${oneTimeId}${separator}${sessionId}`
}

/** Splits a text that {@link withSessionId} made. A text without a session's id is only a one-time id. */
export function splitSessionId(text: string): { readonly oneTimeId: string; readonly sessionId?: string } {
  const [oneTimeId = '', sessionId] = text.split(separator, 2)
  return { oneTimeId, ...(sessionId && { sessionId }) }
}
