import { errors, type JWTVerifyGetKey, type JWTVerifyOptions, type JWTVerifyResult, jwtVerify } from 'jose'
import { KeysUnreachableError } from './keySource.ts'

/** The token's key is among its issuer's keys, but can't be used: the issuer's fault, and no reason to trust the token. */
export class UnusableKeyError extends errors.JOSEError {
  static override code = 'ERR_KEY_UNUSABLE'
  override code = 'ERR_KEY_UNUSABLE'
}

/**
 * Verifies a token. A key that can't be imported, or is too short, doesn't count as a fault of the broker.
 * @throws JOSEError, or KeysUnreachableError.
 */
export async function verifyToken(
  token: string,
  keys: JWTVerifyGetKey,
  options: JWTVerifyOptions,
): Promise<JWTVerifyResult> {
  try {
    return await jwtVerify(token, keys, options)
  } catch (error) {
    if (error instanceof errors.JOSEError || error instanceof KeysUnreachableError) throw error
    throw new UnusableKeyError('the issuer’s key can’t be used')
  }
}
