import { addSeconds } from '../../../shared/clock.ts'
import type { Environment } from '../../../shared/environment.ts'
import { developerTokenName } from '../../../shared/secrets/brokerSecrets.ts'
import { findSecretFault } from '../../../shared/secrets/wellFormed.ts'
import { withOwnVault } from '../ownVault.ts'
import { type Setup, SetupError, type Step } from '../setup.ts'

/** A developer token doesn't expire. The date is for policies that demand one; the alert comes 30 days before it. */
const expirySeconds = 2 * 365 * 86_400

/** The partner's own key to Microsoft Advertising, for each environment. Only a person can get it. */
export const developerTokens: Step = {
  title: 'developer tokens',
  async look(setup) {
    if (!setup.facts.outputs) return setup.answers.environments.map(developerTokenName).join(', ')
    const missing = await missingIn(setup)
    return missing.length > 0 ? missing.map(developerTokenName).join(', ') : undefined
  },
  async act(setup) {
    for (const environment of await missingIn(setup)) {
      const name = developerTokenName(environment)
      const variable = name.toUpperCase().replaceAll('-', '_')
      const value = await setup.askSecret(variable, `Developer token for ${environment}`)
      const fault = findSecretFault(name, value)
      if (fault)
        throw new SetupError(
          `The developer token for ${environment} ${fault}.`,
          'Run the same command again.',
        )
      const expiresOn = addSeconds(setup.now(), expirySeconds)
      await withOwnVault(setup, (vault) => vault.write(name, value, { expiresOn }))
    }
  },
}

async function missingIn(setup: Setup): Promise<Environment[]> {
  const missing: Environment[] = []
  for (const environment of setup.answers.environments) {
    const name = developerTokenName(environment)
    const found = await withOwnVault(setup, (vault) => vault.read(name))
    if (!found || findSecretFault(name, found.value)) missing.push(environment)
  }
  return missing
}
