import fc from 'fast-check'
import { type FuzzedOperation, operations, toTitle } from './operations.ts'
import { bodyOf } from './requestBody.ts'
import { headersOf } from './requestHeaders.ts'
import { targetOf } from './requestTarget.ts'

/** Who sends a request; `ground.ts` has their credentials. */
export const callers = [
  ...(['own', 'own', 'own', 'own', 'own', 'own', 'own', 'own', 'own', 'other', 'other'] as const),
  ...(['operator', 'operator'] as const),
  ...(['none', 'garbage', 'tampered', 'accessToken', 'basic'] as const),
] as const

/** A kind of caller. */
export type Caller = (typeof callers)[number]

/** A body, and how it's written. */
export interface FuzzBody {
  readonly text: string
  readonly encoding: 'utf8' | 'latin1' | 'utf16le'
  readonly type: string | undefined
  readonly isChunked: boolean
}

/** A generated request. `@@name@@` stands for a value that is known only when it's sent, for example a live link's token. */
export interface FuzzRequest {
  /** The operation that it's made from. */
  readonly from: string
  readonly method: string
  readonly target: string
  readonly caller: Caller
  readonly headers: readonly (readonly [string, string])[]
  readonly body: FuzzBody | undefined
}

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'] as const

/** Requests over every operation of the contract, alike often, most of them nearly valid. */
export const fuzzRequest: fc.Arbitrary<FuzzRequest> = fc
  .constantFrom(...operations)
  .chain((operation) => requestFor(operation))

function requestFor(operation: FuzzedOperation): fc.Arbitrary<FuzzRequest> {
  const { method } = operation
  return fc.record({
    from: fc.constant(toTitle(operation)),
    method: fc.oneof(
      { weight: 12, arbitrary: fc.constant(method) },
      { weight: 1, arbitrary: fc.constantFrom(...methods) },
    ),
    target: targetOf(operation),
    caller: fc.constantFrom(...callers),
    headers: headersOf(operation),
    body: bodyOf(operation),
  })
}
