import { afterAll, afterEach } from 'vitest'
import { startAdvertising } from '../../local/advertising/advertising.ts'
import {
  createAdvertisingCaller,
  createTokenSigner,
  localDeveloperTokens,
} from '../../local/advertising/caller.ts'

/**
 * Starts the stand-in of Microsoft Advertising on a free port for the tests of a file. It has no faults after each test,
 * and stops after the last one.
 */
export async function openAdvertising() {
  const signer = await createTokenSigner()
  const service = await startAdvertising({
    port: 0,
    developerTokens: localDeveloperTokens,
    verifyMicrosoftToken: signer.verify,
    verifyGoogleToken: signer.verifyGoogle,
  })
  afterEach(() => fetch(`${service.origin}/_control/faults`, { method: 'DELETE' }))
  afterAll(() => service.stop())
  return { origin: service.origin, signer, caller: createAdvertisingCaller(service.origin, signer) }
}
