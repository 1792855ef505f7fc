import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import type { Clock } from '../../shared/clock.ts'

/** A token's claims; undefined ones are left out. */
export type Claims = Readonly<Record<string, unknown>>

/** A key pair that signs tokens, with its JWKS. */
export interface Signer {
  readonly kid: string
  readonly jwk: object
  /** @param header replaced or additional members of the protected header. */
  sign(claims: Claims, header?: Readonly<Record<string, unknown>>): Promise<string>
}

/** Creates a signer. Default algorithm is RS256. @param issuer the issuer to which the JWKS limits its key. */
export async function createSigner(kid: string, alg = 'RS256', issuer?: string): Promise<Signer> {
  const { privateKey, publicKey } = await generateKeyPair(alg)
  const jwk = { ...(await exportJWK(publicKey)), kid, alg, use: 'sig', issuer }
  return {
    kid,
    jwk,
    sign: (claims, header) =>
      new SignJWT(JSON.parse(JSON.stringify(claims)))
        .setProtectedHeader({ alg, kid, ...header } as never)
        .sign(privateKey),
  }
}

/** A token without a signature (RFC 8725, section 2.1). */
export function unsigned(claims: Claims, alg = 'none'): string {
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  return `${encode({ alg })}.${encode(claims)}.x`
}

/** A JWKS address with configurable answers, which counts its requests. */
export function createKeyAddress(...signers: readonly Signer[]) {
  const address = {
    keys: signers.map(({ jwk }) => jwk),
    /** With `undefined`, it answers with the keys. */
    fault: undefined as 'status' | 'text' | 'list' | 'none' | 'cut' | 'large' | undefined,
    /** How many answers have the fault. */
    times: Number.POSITIVE_INFINITY,
    /** Answers wait for it. */
    gate: undefined as Promise<void> | undefined,
    calls: 0,
    fetch: (async () => {
      address.calls += 1
      await address.gate
      if (address.fault && address.times-- <= 0) address.fault = undefined
      if (address.fault === 'cut') throw new TypeError('fetch failed')
      if (address.fault === 'none') return Response.json({ keys: [] })
      if (address.fault === 'status') return new Response('{}', { status: 500 })
      if (address.fault === 'text') return new Response('<html>', { status: 200 })
      if (address.fault === 'large') return Response.json({ keys: address.keys, more: 'x'.repeat(1_048_576) })
      if (address.fault === 'list') return Response.json([1])
      return Response.json({ keys: address.keys })
    }) as typeof fetch,
  }
  return address
}

/** A clock that is set manually. */
export function createHandClock(now = new Date()): Clock & { advance(seconds: number): void } {
  let at = now.getTime()
  return {
    now: () => new Date(at),
    sleep: async () => undefined,
    advance: (seconds) => {
      at += seconds * 1000
    },
  }
}

/** Lets work in the background end that waits for nothing but its own steps. */
export const settleBackground = async (): Promise<void> => {
  for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve))
}
