import type { Contract } from '../shared/contract/document.ts'
import { buildContract } from '../shared/contract/openapi.ts'
import { jsonResponse } from '../shared/http/responses.ts'
import { operation, route, routes } from '../shared/http/route.ts'

let contract: Contract | undefined

/** `GET /openapi.json`: the contract, built once, after every route is registered. */
route('openapi', 'openapi.json', {
  GET: operation({
    id: 'getContract',
    tag: 'contract',
    summary: 'This contract, as OpenAPI 3.1',
    response: { status: 200, description: 'An OpenAPI 3.1 document.', content: 'any' },
    handle: async ({ broker }) => {
      contract ??= buildContract(routes, broker.config.publicUrl)
      return jsonResponse(contract)
    },
  }),
})
