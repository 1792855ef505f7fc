import { Problem } from '../problems.ts'
import { DamagedRowError } from './damagedRow.ts'
import { type IdentityReason, IdentityUnavailableError, identityResolution } from './identityUnavailable.ts'
import { SealingKeysError } from './sealer.ts'
import { isDisallowedByPolicy, isTableMissing, StorageUnavailableError } from './storageUnavailable.ts'

/**
 * Converts a failure to a problem: problems stay unchanged, storage errors become `storage_unavailable`, all others
 * `internal_error`.
 */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error
  if (error instanceof IdentityUnavailableError) return identityProblem(error)
  if (error instanceof StorageUnavailableError) return storageProblem(error)
  if (error instanceof DamagedRowError) {
    const { column, detail } = error.damage
    return new Problem('tenant_damaged', { detail: error.message, members: { damaged: { column, detail } } })
  }
  if (error instanceof SealingKeysError) {
    return new Problem('storage_unavailable', {
      actor: 'operator',
      detail: error.message,
      members: { reason: 'sealing_keys' },
    })
  }
  if (error instanceof Error && error.name === 'TimeLimitError') {
    return new Problem('storage_unavailable', { retryAfterSeconds: 5, members: { reason: 'time_limit' } })
  }
  return new Problem('internal_error')
}

const identityFaults: Readonly<Record<IdentityReason, string>> = {
  identity_refused: 'Azure gives this instance no token: there is no such managed identity',
  identity_unreachable: 'This instance doesn’t reach the endpoint of the managed identity',
  identity_failing: 'The endpoint of the managed identity fails on this instance',
  identity_silent: 'The endpoint of the managed identity isn’t responding on this instance',
}

/** The process's own trouble: another process may serve the next request. */
function identityProblem({ reason, status, actor }: IdentityUnavailableError): Problem {
  const answer = status ? ` (${status})` : ''
  const isOperators = actor === 'operator'
  return new Problem('storage_unavailable', {
    actor,
    detail: `${identityFaults[reason]}${answer}.${isOperators ? ` \`${identityResolution(reason)}\`` : ''}`,
    members: { reason },
    retryAfterSeconds: 5,
  })
}

/** The operator must fix a missing right or table; everything else is temporary. */
function storageProblem(error: StorageUnavailableError): Problem {
  const { service, status, code } = error
  if (isTableMissing(error)) {
    return new Problem('storage_unavailable', {
      actor: 'operator',
      detail: `One of the broker’s tables doesn’t exist (${code}). \`/ready\` says which one.`,
      members: { reason: 'table_missing', serviceCode: code },
    })
  }
  if (code === 'VaultNotNamed') {
    return new Problem('storage_unavailable', {
      actor: 'operator',
      detail: 'A grant is in a vault that GRANT_VAULT_URLS doesn’t list. Add the vault again.',
      members: { reason: 'vault_not_named' },
    })
  }
  if (code === 'ReferenceNotUnderstood') {
    return new Problem('storage_unavailable', {
      actor: 'operator',
      detail: 'This version of the broker doesn’t understand the tenant’s reference to its refresh token.',
      members: { reason: 'reference_not_understood' },
    })
  }
  if (code === 'SecretOfAnotherTenant') {
    return new Problem('storage_unavailable', {
      actor: 'operator',
      detail: 'The tenant’s row names a refresh token that belongs to another tenant, by the secret’s tags.',
      members: { reason: 'secret_of_another_tenant' },
    })
  }
  if (isDisallowedByPolicy(error)) {
    return new Problem('storage_unavailable', {
      actor: 'operator',
      detail:
        'An Azure Policy refuses what the broker writes to Key Vault. No role changes that: exempt the vault from the policy (docs/deploy.md).',
      members: { reason: 'vault_policy', serviceCode: code },
    })
  }
  const refused = status === 401 || status === 403
  const members = { reason: `${service}_${refused ? 'forbidden' : 'unavailable'}`, serviceCode: code }
  const detail = `${service === 'tables' ? 'Table Storage' : 'Key Vault'} ${refused ? 'refuses the broker’s identity' : 'isn’t responding'} (${code}).`
  return new Problem('storage_unavailable', {
    detail,
    members,
    retryAfterSeconds: 5,
    ...(refused && { actor: 'operator' }),
  })
}
