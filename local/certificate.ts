import { createPrivateKey, randomUUID, X509Certificate } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { generate } from 'selfsigned'

/** A TLS stand-in's certificate and key, and the authority that its callers must trust; all PEM. */
export interface LocalCertificate {
  readonly key: string
  readonly cert: string
  readonly caCert: string
  /** Absolute path of the authority's certificate: the value for `NODE_EXTRA_CA_CERTS`. */
  readonly caPath: string
  /** Absolute paths of key and certificate, for a process of its own. */
  readonly keyPath: string
  readonly certPath: string
}

type Paths = [keyPath: string, certPath: string, caPath: string]

const keyFile = 'localhost.key.pem'
const certFile = 'localhost.pem'
const dayMilliseconds = 86_400_000
const lifetimeDays = 365
const renewBeforeDays = 30

/**
 * Reads the certificate for `localhost`, `127.0.0.1`, and further host names stored in `folder`.
 * Creates a new authority and certificate if there is none, if the parts don't match, or within
 * 30 days of expiry. The authority's private key is discarded, so trusting it means trusting only this certificate.
 */
export async function createLocalCertificate(
  folder: string,
  names: readonly string[] = [],
): Promise<LocalCertificate> {
  const kept = await readCertificate(folder).catch(() => undefined)
  if (kept && isUsable(kept, names, new Date())) return kept
  await makeCertificate(folder, names)
  return readCertificate(folder)
}

async function readCertificate(folder: string): Promise<LocalCertificate> {
  const [keyPath, certPath, caPath] = [keyFile, certFile, 'ca.pem'].map((name) =>
    resolve(folder, name),
  ) as Paths
  const [key, cert, caCert] = await Promise.all([
    readFile(keyPath, 'utf8'),
    readFile(certPath, 'utf8'),
    readFile(caPath, 'utf8'),
  ])
  return { key, cert, caCert, caPath, keyPath, certPath }
}

function isUsable({ key, cert, caCert }: LocalCertificate, names: readonly string[], now: Date): boolean {
  try {
    const certificate = new X509Certificate(cert)
    const daysLeft = (Date.parse(certificate.validTo) - now.getTime()) / dayMilliseconds
    return (
      daysLeft > renewBeforeDays &&
      names.every((name) => certificate.checkHost(name)) &&
      certificate.checkPrivateKey(createPrivateKey(key)) &&
      certificate.verify(new X509Certificate(caCert).publicKey)
    )
  } catch {
    return false
  }
}

async function makeCertificate(folder: string, names: readonly string[]): Promise<void> {
  const validity = { notAfterDate: new Date(Date.now() + lifetimeDays * dayMilliseconds) }
  const common = { keyType: 'ec', curve: 'P-256', algorithm: 'sha256', ...validity } as const
  // Of several trusted authorities with one name, TLS tries only the first.
  const name = `Token broker local authority ${randomUUID()}`
  const authority = await generate([{ name: 'commonName', value: name }], {
    ...common,
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, critical: true },
    ],
  })
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }], {
    ...common,
    ca: { key: authority.private, cert: authority.cert },
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          ...['localhost', ...names].map((value) => ({ type: 2, value }) as const),
          { type: 7, ip: '127.0.0.1' },
        ],
      },
    ],
  })
  await mkdir(folder, { recursive: true })
  await replaceFile(join(folder, keyFile), key)
  await replaceFile(join(folder, certFile), cert)
  await replaceFile(join(folder, 'ca.pem'), authority.cert)
}

async function replaceFile(path: string, text: string): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`
  await writeFile(temporary, text, { mode: 0o600 })
  await rename(temporary, path)
}
