import { X509Certificate } from 'node:crypto'
import type { SecretVersion } from '../domain/vault.ts'

/** When a secret ends, and what ends then: the vault's date for it, or the certificate inside it. */
export interface SecretEnd {
  readonly at: Date
  readonly of: 'secret' | 'certificate'
}

/**
 * The end of a secret: the earlier one of the vault's expiry date and, for a client certificate, of the certificate's
 * own `notAfter` (RFC 5280, section 4.1.2.5). Entra refuses an assertion of an expired certificate, whatever the vault
 * says. Undefined if there is neither; a PEM that can't be read has no end of its own, because its use reports it.
 */
export function endOfSecret({
  expiresOn,
  name,
  value,
}: Pick<SecretVersion, 'expiresOn' | 'name' | 'value'>): SecretEnd | undefined {
  const notAfter = /-client-certificate(-next)?$/.test(name) ? endOfCertificate(value.expose()) : undefined
  if (notAfter && (!expiresOn || notAfter < expiresOn)) return { at: notAfter, of: 'certificate' }
  return expiresOn && { at: expiresOn, of: 'secret' }
}

/** The first certificate counts: its thumbprint is the one that assertions name. */
function endOfCertificate(pem: string): Date | undefined {
  const block = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/.exec(pem)?.[0]
  try {
    return block === undefined ? undefined : new X509Certificate(block).validToDate
  } catch {
    return undefined
  }
}
