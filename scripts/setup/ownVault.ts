import { StorageUnavailableError } from '../../shared/domain/storageUnavailable.ts'
import type { Vault } from '../../shared/domain/vault.ts'
import { repeatUntil, roleSeconds } from '../azure/patience.ts'
import type { Setup } from './setup.ts'

/** Does something with the vault of the broker's own secrets, again and again until the person's new role works. */
export async function withOwnVault<T>(setup: Setup, work: (vault: Vault) => Promise<T>): Promise<T> {
  const url = setup.facts.outputs?.KEY_VAULT_URL
  if (!url) throw new Error('The resources come before their secrets.')
  const vault = await setup.openVault(url)
  const attempt = () =>
    work(vault).then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    )
  const outcome = await repeatUntil(
    { wait: setup.wait, most: roleSeconds },
    attempt,
    (each) => !isRefused(each),
  )
  if ('error' in outcome) throw outcome.error
  return outcome.value
}

function isRefused(outcome: { error: unknown } | { value: unknown }): boolean {
  return (
    'error' in outcome && outcome.error instanceof StorageUnavailableError && outcome.error.status === 403
  )
}
