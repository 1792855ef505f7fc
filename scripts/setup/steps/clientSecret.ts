import { addSeconds } from '../../../shared/clock.ts'
import { Secret } from '../../../shared/secret.ts'
import { clientSecretName } from '../../../shared/secrets/brokerSecrets.ts'
import { readGraph, writeGraph } from '../../azure/graph.ts'
import { withOwnVault } from '../ownVault.ts'
import { applicationPath } from '../registrations.ts'
import { type Setup, SetupError, type Step } from '../setup.ts'

const lifetimeSeconds = 180 * 86_400
/** The alert `secret-expiring` fires this long before. */
const renewedSeconds = 30 * 86_400
/**
 * The display name by which a later run knows the secrets that an earlier one has added for the same vault: another
 * broker's may be of the same registration.
 */
function displayNameOf({ facts }: Setup): string {
  return `npm run setup: ${new URL(facts.outputs?.KEY_VAULT_URL ?? '').hostname}`
}

/** The most that a registration for personal accounts takes. */
const most = 2

interface Application {
  readonly id: string
  readonly passwordCredentials: readonly { readonly keyId: string; readonly displayName: string | null }[]
}

/** The sign-in registration's secret, in the vault with the date on which it ends. */
export const clientSecret: Step = {
  title: 'client secret, with its end',
  async look(setup) {
    if (setup.parameters?.clientAuthentication && setup.parameters.clientAuthentication !== 'secret')
      return undefined
    const names = namesOf(setup)
    if (!setup.facts.outputs) return `valid for 180 days: ${names.join(', ')}`
    const soon = addSeconds(setup.now(), renewedSeconds)
    const missing: string[] = []
    for (const name of names) {
      const found = await withOwnVault(setup, (vault) => vault.read(name))
      if (!found || (found.expiresOn && found.expiresOn < soon)) missing.push(name)
    }
    return missing.length > 0 ? missing.join(', ') : undefined
  },
  async act(setup) {
    const application = await readGraph<Application>(setup.az, applicationPath(setup, 'sign-in'))
    if (!application) throw new Error('The registration comes before its secret.')
    await removeLost(setup, application)
    const expiresOn = addSeconds(setup.now(), lifetimeSeconds)
    const added = await addPassword(setup, application, expiresOn)
    for (const name of namesOf(setup))
      await withOwnVault(setup, (vault) =>
        vault.write(name, new Secret(added.secretText), { expiresOn, tags: { keyId: added.keyId } }),
      )
  },
}

function namesOf({ answers }: Setup): string[] {
  return answers.environments.map((environment) => clientSecretName(environment, 'microsoft'))
}

async function addPassword(setup: Setup, { id }: Application, end: Date) {
  const displayName = displayNameOf(setup)
  const body = { passwordCredential: { displayName, endDateTime: end.toISOString() } }
  const added = await writeGraph<{ keyId: string; secretText: string }>(setup.az, {
    method: 'POST',
    path: `/applications/${id}/addPassword`,
    body,
  })
  if (!added) throw new Error('Microsoft Graph answered nothing.')
  return added
}

/** Removes what a run has added that was interrupted before the vault had it: no one knows these secrets. */
async function removeLost(setup: Setup, { id, passwordCredentials }: Application): Promise<void> {
  const kept = new Set<string | undefined>()
  for (const name of namesOf(setup))
    kept.add((await withOwnVault(setup, (vault) => vault.read(name)))?.tags.keyId)
  const own = displayNameOf(setup)
  const lost = passwordCredentials.filter((each) => each.displayName === own && !kept.has(each.keyId))
  for (const { keyId } of lost)
    await writeGraph(setup.az, {
      method: 'POST',
      path: `/applications/${id}/removePassword`,
      body: { keyId },
    })
  if (passwordCredentials.length - lost.length >= most)
    throw new SetupError(
      `The sign-in registration has ${passwordCredentials.length - lost.length} client secrets already, and can’t have more.`,
      `Remove one that nothing uses: az ad app credential list --id ${setup.facts.signInClientId}`,
    )
}
