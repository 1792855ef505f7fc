// A function that does nothing, in the broker's own host: the library that the broker bundles serves it as it serves the
// broker's functions, and it goes the same way through host and library as a vend.
const { registerFunction } = require('@azure/functions-core')

const answer = {
  status: 200,
  headers: JSON.parse(process.env.NOOP_HEADERS ?? '{}'),
  body: process.env.NOOP_BODY ?? '',
}
// As the broker registers its routes, so that the host does the same work for both.
const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS']
const request = { type: 'httpTrigger', direction: 'in', authLevel: 'anonymous', methods }

registerFunction(
  {
    name: 'noop',
    bindings: {
      request: { ...request, route: 'v1/tenants/{tenant}/noop' },
      $return: { type: 'http', direction: 'out' },
    },
  },
  async () => answer,
)
