import { app, type HttpMethod } from '@azure/functions'

// Registered like the broker's routes, so the host does the same work for both.
const methods: HttpMethod[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS']
const headers: Record<string, string> = JSON.parse(process.env.NOOP_HEADERS ?? '{}')
const body = process.env.NOOP_BODY ?? ''

app.setup({ enableHttpStream: true })

app.http('token', {
  methods,
  authLevel: 'anonymous',
  route: 'v1/tenants/{tenant}/token',
  handler: async () => ({ status: 200, headers, body }),
})
