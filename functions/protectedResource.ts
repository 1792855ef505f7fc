import * as z from 'zod'
import { metadataPath, toProtectedResource } from '../shared/access/protectedResource.ts'
import { jsonResponse } from '../shared/http/responses.ts'
import { operation, route } from '../shared/http/route.ts'

const urls = z.array(z.url())

const schema = z
  .object({
    resource: z.url().meta({ description: 'The broker’s public URL.' }),
    resource_name: z.string().meta({ description: 'A name for people.' }),
    resource_documentation: z.url().meta({ description: 'The contract, readable.' }),
    authorization_servers: urls.meta({ description: 'The issuers whose tokens the broker accepts.' }),
    bearer_methods_supported: z
      .array(z.string())
      .meta({ description: 'How a token is sent: only in `Authorization`.' }),
    scopes_supported: z
      .array(z.string())
      .optional()
      .meta({ description: 'What to request as `scope` at Entra. Other issuers take the audience.' }),
    caller_issuers: z
      .array(
        z.object({
          issuer: z.url().meta({ description: 'The token’s `iss`.' }),
          audiences: z.array(z.string()).meta({ description: 'The token’s `aud`: one of these.' }),
        }),
      )
      .meta({ description: 'Each issuer with the audiences that the broker accepts from it.' }),
  })
  .meta({ id: 'ProtectedResource', description: 'Where and for which audience a caller gets a token.' })

/** `GET /.well-known/oauth-protected-resource`: where an app gets a token for the broker (RFC 9728). */
route('protectedResource', metadataPath, {
  GET: operation({
    id: 'getProtectedResource',
    tag: 'contract',
    summary: 'Where an app gets a token, and for which audience (RFC 9728)',
    response: { status: 200, description: 'Metadata of a protected resource.', schema },
    handle: async ({ broker }) => jsonResponse(toProtectedResource(broker.config)),
  }),
})
