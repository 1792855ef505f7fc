import * as z from 'zod'
import { operation, route } from '../shared/http/route.ts'
import { pageRoute } from '../shared/pages/pageRoute.ts'
import { Problem } from '../shared/problems.ts'

const missing = operation({
  id: 'missRoute',
  tag: 'contract',
  summary: 'No such route',
  query: z.looseObject({}),
  readsBodyItself: true,
  response: { status: 404, description: 'A problem document.' },
  handle: async () => {
    throw new Problem('route_not_found')
  },
})
const everything = {
  GET: missing,
  POST: missing,
  PUT: missing,
  PATCH: missing,
  DELETE: missing,
  HEAD: missing,
  OPTIONS: missing,
}

/**
 * An unknown path below `/v1` and `/oauth` gets a problem document, or a page, instead of the host's empty 404. A
 * catch-all at the root would take precedence over the host's own `/admin` routes.
 *
 * The host tries functions in the order of their names, in upper case, and the first template that matches wins
 * (azure-functions-host `FunctionMetadataManager`, `OrderBy(f => f.Name, StringComparer.OrdinalIgnoreCase)`). `Z_`
 * sorts after every name that starts with a letter, so these come last no matter which functions are added.
 */
route('z_notFound', 'v1/{*path}', everything)
pageRoute('z_notFoundPage', 'oauth/{*path}', everything)
