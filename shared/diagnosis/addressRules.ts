import { isMicrosoftAddress, isRetiredAddress, isTransferAddress, isUploadAddress } from './addresses.ts'
import { type Finding, findMisplacedId } from './diagnoseIds.ts'
import type { Facts } from './facts.ts'
import { findExpectedHost, findOtherService, isSignInAddress } from './microsoftHosts.ts'
import { isOnlyRefusal } from './soapRules.ts'

/** Finds an address at which the call can't have worked. */
export function findWrongAddress({ sent, context }: Facts): Finding | undefined {
  const owner = context.findAddressOwner(sent)
  if (isRetiredAddress(sent, owner)) return { verdict: 'retired_endpoint' }
  const other = findOtherService(sent)
  if (other) return { verdict: 'other_service', detail: `The address belongs to ${other}.` }
  if (isSignInAddress(sent)) return undefined
  if (owner === 'nobody' && !isMicrosoftAddress(sent)) return { verdict: 'unknown_host' }
  const rightHost = findExpectedHost(sent)
  if (rightHost) return { verdict: 'wrong_host', detail: `This path is at ${rightHost}.` }
  if (owner === 'nobody') return { verdict: 'wrong_host' }
  if (owner === undefined || owner === 'both' || owner === context.environment) return undefined
  const detail = `The tenant belongs to ${context.environment}, the host to ${owner}.`
  return { verdict: 'wrong_environment', detail }
}

/** Finds ids that cannot be right, if the answer may be about ids. */
export function findMisplaced({ sent, fault, body, context }: Facts): Finding | undefined {
  const isAboutIds = fault.class === 'credentials' || fault.class === 'rights' || fault.class === 'request'
  // Operations also return code 0 when they have no specific code (guides/handle-service-errors-exceptions).
  const mayBe =
    fault.code === 0 || (fault.class === 'unexpectedAnswer' && fault.status === 400) || isOnlyRefusal(body)
  return isAboutIds || mayBe ? findMisplacedId(sent, context.accounts) : undefined
}

/** An upload reads other headers than a call, so its 401 says nothing about the age of the token. */
export function findUploadRefused({ call, fault, sent }: Facts): Finding | undefined {
  const isRefused = call.status === 401 && fault.code === undefined
  return isRefused && isUploadAddress(sent) ? { verdict: 'upload_refused' } : undefined
}

/** Such an address is valid for minutes. After that, every request to it is refused, regardless of the tokens. */
export function findTransferOver({ call, fault, sent }: Facts): Finding | undefined {
  const isOver = [403, 404, 410].includes(call.status) && fault.form !== 'fault'
  return isOver && isTransferAddress(sent) ? { verdict: 'transfer_address_over' } : undefined
}

/** Finds a path or method that the service doesn't recognize. */
export function findUnknownOperation({ call }: Facts): Finding | undefined {
  return [404, 405, 501].includes(call.status) ? { verdict: 'unknown_operation' } : undefined
}
