import type { FaultBody } from '../advertising/faultBody.ts'
import { soapNote } from '../domain/verdicts.ts'
import { type CalledAddress, isSoapAddress } from './addresses.ts'
import { isUnlisted } from './credentialRules.ts'
import type { Finding } from './diagnoseIds.ts'
import type { Diagnosis, Facts } from './facts.ts'

/** The body of a SOAP fault without a code doesn't show whose fault it is: the code is in the fault's details. */
export function findUnreadSoap({ sent, fault, body }: Facts): Finding | undefined {
  if (fault.isDocumented || isUnlisted(fault)) return undefined
  if (isOnlyRefusal(body)) return { verdict: 'unexplained', detail: detailsMissing }
  return isSoap(sent, body) ? { verdict: 'soap_call' } : undefined
}

/** Microsoft's text for every SOAP fault except its own problems; wrong tokens, ids, and requests all have it. */
export function isOnlyRefusal({ errors, text }: FaultBody): boolean {
  return errors.length === 0 && /invalid client data/i.test(text.slice(0, 8_000))
}

const detailsMissing =
  'Microsoft refuses something in the call: a token, an ID, or the request. This message doesn’t say which. Log the fault’s details, `AdApiFaultDetail` or `ApiFaultDetail`, which have the code, and paste them.'

/** The end of SOAP isn't the cause of the failure, but the reader should know about it. */
export function withSoapNote(diagnosis: Diagnosis, { sent, body }: Facts): Diagnosis {
  if (!isSoap(sent, body) || diagnosis.verdict === 'soap_call') return diagnosis
  return { ...diagnosis, next: [...diagnosis.next, soapNote] }
}

function isSoap(sent: CalledAddress, { form }: FaultBody): boolean {
  return form === 'soapFault' || isSoapAddress(sent)
}
