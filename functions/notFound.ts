import * as z from 'zod'
import { operation, route } from '../shared/http/route.ts'
import { pageRoute } from '../shared/pages/pageRoute.ts'
import { Problem } from '../shared/problems.ts'

const missing = operation({
  summary: 'No such route',
  query: z.looseObject({}),
  readsBodyItself: true,
  answer: { status: 404, description: 'A problem document.' },
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
 * What is no route of ours below `/v1` and `/oauth` gets a problem document, or a page, instead of the host's empty 404. A
 * catch-all at the root would stand before the host's own `/admin` routes.
 */
route('notFound', 'v1/{*path}', everything)
pageRoute('notFoundPage', 'oauth/{*path}', everything)
