import { relative } from 'node:path'
import { systemClock, systemRandomness } from '../../../shared/clock.ts'
import { sealingKeysName } from '../../../shared/secrets/brokerSecrets.ts'
import { addSealingKey } from '../../../shared/secrets/sealingKeys.ts'
import { secretExpiryDays } from '../../../shared/settings.ts'
import { withOwnVault } from '../ownVault.ts'
import { type Setup, SetupError, type Step } from '../setup.ts'

/** The first key that seals values in tables. */
export const sealingKey: Step = {
  title: 'sealing key',
  async look(setup) {
    if (!setup.facts.outputs) return sealingKeysName
    return (await withOwnVault(setup, (vault) => vault.read(sealingKeysName))) ? undefined : sealingKeysName
  },
  async act(setup) {
    const config = { secretExpiryDays: expiryDaysOf(setup) }
    const now = { clock: systemClock, randomness: systemRandomness }
    await withOwnVault(setup, (vault) => addSealingKey({ vault, config, ...now }))
  },
}

/** The broker's own setting, as the parameter file has it. */
function expiryDaysOf({ parameters, parameterFile }: Setup): number {
  const { SECRET_EXPIRY_DAYS } = (parameters?.settings ?? {}) as Readonly<Record<string, unknown>>
  const days = secretExpiryDays.schema.safeParse(SECRET_EXPIRY_DAYS)
  if (days.success) return days.data
  const name = relative(process.cwd(), parameterFile)
  throw new SetupError(
    `SECRET_EXPIRY_DAYS in ${name} must be a whole number from 1 to 3650.`,
    `Correct it in \`settings\` of ${name}.`,
  )
}
