import type { Environment } from '../environment.ts'

/** What a sealed text is bound to: it opens for the same tenant and environment only. */
export interface SealContext {
  readonly workspace: string
  readonly tenant: string
  readonly environment: Environment
  readonly use: 'access_token' | 'refresh_token'
}

/** Encrypts what may rest in a table. */
export interface Sealer {
  seal(plaintext: string, context: SealContext): Promise<string>
  /** Undefined when it was sealed for another context or with a key that is gone. */
  open(sealed: string, context: SealContext): Promise<string | undefined>
}

/** The broker has no usable sealing keys; `/ready` says so too. */
export class SealingKeysError extends Error {
  constructor(fault: string) {
    super(`The vault secret sealing-keys ${fault}. Create it with: npm run rotate-sealing-key`)
    this.name = 'SealingKeysError'
  }
}
