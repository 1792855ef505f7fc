import type { SealContext, Sealer } from '../../../shared/domain/sealer.ts'
import { Secret } from '../../../shared/secret.ts'

/** Creates a sealer that stores instead of encrypting: each sealed text is unique, like a JWE. */
export function createModelSealer(): Sealer & { openNow(sealed: string): string | undefined } {
  const texts = new Map<string, { plaintext: string; binding: string; grantId: string | undefined }>()
  return {
    async seal(plaintext, context) {
      const sealed = `jwe.${texts.size + 1}`
      texts.set(sealed, {
        plaintext: plaintext.expose(),
        binding: bindingOf(context),
        grantId: context.grantId,
      })
      return sealed
    },
    async open(sealed, context) {
      const text = texts.get(sealed)
      if (text?.binding !== bindingOf(context)) return undefined
      return text.grantId === undefined || text.grantId === context.grantId
        ? new Secret(text.plaintext)
        : undefined
    },
    openNow: (sealed) => texts.get(sealed)?.plaintext,
  }
}

function bindingOf({ workspace, tenant, environment, use }: SealContext): string {
  return JSON.stringify([workspace, tenant, environment, use])
}
