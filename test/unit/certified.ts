import { createPrivateKey } from 'node:crypto'
import { generate } from 'selfsigned'

/** A key with its certificate, each as a PEM. */
export interface Certified {
  /** Both, as Key Vault stores them. */
  readonly pem: string
  readonly key: string
  /** The key as `BEGIN RSA PRIVATE KEY`, if it's an RSA key. */
  readonly pkcs1: string
  readonly certificate: string
}

/**
 * Creates a key with its certificate. Default is RSA.
 * @param notAfterDate default is in a year.
 */
export async function createCertified(
  keyType: 'rsa' | 'ec' = 'rsa',
  notAfterDate?: Date,
): Promise<Certified> {
  const made = await generate([{ name: 'commonName', value: 'broker' }], {
    keyType,
    keySize: 2048,
    algorithm: 'sha256',
    ...(notAfterDate && { notAfterDate }),
  })
  const { private: key, cert: certificate } = made
  const pkcs1 = keyType === 'rsa' ? createPrivateKey(key).export({ type: 'pkcs1', format: 'pem' }) : ''
  return { pem: `${key}\n${certificate}`, key, pkcs1: String(pkcs1), certificate }
}
