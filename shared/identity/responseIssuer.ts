import type { SignInRow } from './signInTable.ts'

/** A placeholder for the directory while an issuer is parsed. */
const anyTenant = '{tenantid}'

/**
 * Whether the `iss` of an authorization response (RFC 9207, section 2.4) is the provider to which this transaction was
 * sent. Google sends one; Microsoft hasn't been observed to send one, and would name its template, the authority, or a
 * directory. The ID token, which must name its own directory, is checked later.
 */
export function isResponseIssuer(row: SignInRow, iss: string): boolean {
  const template = row.issuer(anyTenant)
  const [before = '', after] = template.split(anyTenant)
  if (after === undefined) return iss === template
  if (!iss.startsWith(before) || !iss.endsWith(after)) return false
  const tenant = iss.slice(before.length, iss.length - after.length)
  return tenant === anyTenant || tenant === row.signInTenant || isDirectoryId(tenant)
}

/** Whether a text is a directory's id, like the `tid` claim. */
export function isDirectoryId(text: string): boolean {
  return /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(text)
}
