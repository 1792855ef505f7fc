/** A refused request, with its answer: `{"error":{"code","message","innererror"?}}`. */
export class VaultRefusal extends Error {
  readonly status: 400 | 401 | 403 | 404 | 409 | 429 | 500
  readonly code: string
  readonly innerCode: string | undefined
  /** The header `Retry-After`, if there is one. */
  retryAfterSeconds?: number

  constructor(status: VaultRefusal['status'], code: string, message: string, innerCode?: string) {
    super(message)
    this.name = 'VaultRefusal'
    this.status = status
    this.code = code
    this.innerCode = innerCode
  }

  /** The body of Key Vault's answer (azure-sdk-for-js recordings; general/rest-error-codes). */
  toBody() {
    const innererror = this.innerCode ? { innererror: { code: this.innerCode } } : {}
    return { error: { code: this.code, message: this.message, ...innererror } }
  }
}

/** 404 for a name, or `name/version`, that isn't in the vault (azure-sdk-for-js recordings). */
export function secretNotFound(id: string): VaultRefusal {
  return new VaultRefusal(
    404,
    'SecretNotFound',
    `A secret with (name/id) ${id} was not found in this key vault. If you recently deleted this secret you may ` +
      'be able to recover it using the correct recovery command. For help resolving this issue, please see ' +
      'https://go.microsoft.com/fwlink/?linkid=2125182',
  )
}

/** 404 for a name that isn't deleted. */
export function deletedSecretNotFound(name: string): VaultRefusal {
  return new VaultRefusal(404, 'SecretNotFound', `Deleted Secret not found: ${name}`)
}

/** 403 for reading a secret whose `enabled` is false. */
export function secretDisabled(): VaultRefusal {
  const message = 'Operation get is not allowed on a disabled secret.'
  return new VaultRefusal(403, 'Forbidden', message, 'SecretDisabled')
}

/** 409 for setting a deleted name that was neither recovered nor purged. */
export function deletedButRecoverable(name: string): VaultRefusal {
  const message =
    `Secret ${name} is currently in a deleted but recoverable state, and its name cannot be reused; ` +
    'in this state, the secret can only be recovered or purged.'
  return new VaultRefusal(409, 'Conflict', message, 'ObjectIsDeletedButRecoverable')
}

/** 409 for a name whose deletion is under way (azure-sdk-for-js recordings, there of a key). */
export function beingDeleted(): VaultRefusal {
  return new VaultRefusal(409, 'Conflict', 'Secret is currently being deleted.', 'ObjectIsBeingDeleted')
}

/** 403 for purging where nobody can (reported with hashicorp/terraform-provider-azurerm). */
export function purgeProtected(host: string): VaultRefusal {
  const message =
    'Operation "purge" is not allowed because purge protection is enabled for this vault. Key Vault service will ' +
    `automatically purge it after the retention period has passed. Vault: ${host}`
  return new VaultRefusal(403, 'Forbidden', message)
}

/** 400 for what the request got wrong; values are never quoted. */
export function badParameter(message: string): VaultRefusal {
  return new VaultRefusal(400, 'BadParameter', message)
}

/** 401 for a missing (AKV10000) or unacceptable token; the caller adds the challenge header. */
export function unauthorized(message: string): VaultRefusal {
  return new VaultRefusal(401, 'Unauthorized', message)
}

/** 429; without `Retry-After` unless given, as captured from the service (vcsjones/AzureSignTool#219). */
export function throttled(retryAfterSeconds?: number): VaultRefusal {
  const message =
    'Request was not processed because too many requests were received. Reason: VaultRequestTypeLimitReached'
  const refusal = new VaultRefusal(429, 'Throttled', message)
  if (retryAfterSeconds !== undefined) refusal.retryAfterSeconds = retryAfterSeconds
  return refusal
}

/** 403 for a caller without the role; the message names the caller and the resource, like the service's. */
export function forbiddenByRbac(callerId: string, action: string): VaultRefusal {
  const message = [
    'Caller is not authorized to perform action on resource.',
    'If role assignments, deny assignments or role definitions were changed recently, please observe propagation time.',
    `Caller: oid=${callerId}`,
    `Action: 'Microsoft.KeyVault/vaults/secrets/${action}/action'`,
    'Assignment: (not found)',
    "DecisionReason: 'DeniedWithNoValidRBAC'",
  ].join('\r\n')
  return new VaultRefusal(403, 'Forbidden', message, 'ForbiddenByRbac')
}

/**
 * 403 for what a policy in Deny mode does not let in, of which Azure/azure-policy has `Secrets_ExpirationSet.json`.
 * The words are ours: no answer of the service was found, only reports of 403 (packer-plugin-azure#235).
 */
export function forbiddenByPolicy(): VaultRefusal {
  const message =
    'Operation "set" is not allowed by policy. Key Vault secrets should have an expiration date.'
  return new VaultRefusal(403, 'Forbidden', message, 'ForbiddenByPolicy')
}

/** 403 for a policy in Deny mode, with the code that Resource Manager has for it. The words are ours, as above. */
export function requestDisallowedByPolicy(): VaultRefusal {
  return new VaultRefusal(403, 'RequestDisallowedByPolicy', 'The secret was disallowed by policy.')
}

/**
 * 403 in a vault with access policies instead of roles, for a caller without the permission; it shares the inner code
 * of {@link forbiddenByPolicy} (azure-sdk-for-net, CertificateClientTests.cs).
 */
export function forbiddenByAccessPolicy(callerId: string, permission: string): VaultRefusal {
  const message =
    `The user, group or application 'oid=${callerId}' does not have secrets ${permission} permission on key vault ` +
    "'grants1;location=westeurope'. For help resolving this issue, please see https://go.microsoft.com/fwlink/?linkid=2125287"
  return new VaultRefusal(403, 'Forbidden', message, 'ForbiddenByPolicy')
}

/** 403 for a caller outside the vault's network rules. */
export function forbiddenByFirewall(): VaultRefusal {
  const message =
    'Client address is not authorized and caller is not a trusted service.\r\nClient address: 127.0.0.1'
  return new VaultRefusal(403, 'Forbidden', message, 'ForbiddenByFirewall')
}

/** 500 for the service's own failure. */
export function serverError(): VaultRefusal {
  return new VaultRefusal(500, 'InternalServerError', 'An unexpected error occurred.')
}
