import { systemClock, systemRandomness } from '../../../shared/clock.ts'
import { sealingKeysName } from '../../../shared/secrets/brokerSecrets.ts'
import { addSealingKey } from '../../../shared/secrets/sealingKeys.ts'
import { secretExpiryDays } from '../../../shared/settings.ts'
import { withOwnVault } from '../ownVault.ts'
import type { Step } from '../setup.ts'

/** The first key that seals values in tables. */
export const sealingKey: Step = {
  title: 'sealing key',
  async look(setup) {
    if (!setup.facts.outputs) return sealingKeysName
    return (await withOwnVault(setup, (vault) => vault.read(sealingKeysName))) ? undefined : sealingKeysName
  },
  async act(setup) {
    const config = { secretExpiryDays: secretExpiryDays.schema.parse(undefined) }
    const now = { clock: systemClock, randomness: systemRandomness }
    await withOwnVault(setup, (vault) => addSealingKey({ vault, config, ...now }))
  },
}
