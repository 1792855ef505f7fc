import * as z from 'zod'
import { pageQuery } from '../shared/http/fields.ts'
import { jsonResponse } from '../shared/http/responses.ts'
import { operation, route } from '../shared/http/route.ts'
import { invalidContinuation } from '../shared/problems.ts'
import { tenantSummaryView, toSummaryView } from '../shared/tenants/summaryView.ts'
import { tenantView, toTenantView } from '../shared/tenants/view.ts'

const view = z
  .enum(['full', 'summary'])
  .default('full')
  .describe(
    '`summary` answers with `summaries` instead of `tenants`: for thousands of tenants, many times as fast. Default is `full`.',
  )

/** `GET /v1/tenants`: the workspace's tenants, paged. */
route('tenants', 'v1/tenants', {
  GET: operation({
    id: 'listTenants',
    tag: 'tenants',
    summary: 'List the workspace’s tenants',
    role: 'Tenants.Manage',
    query: pageQuery.extend({ view }),
    response: {
      status: 200,
      description: 'One page. If it has a `continuation`, request the next page with it.',
      schema: z
        .object({
          tenants: z.array(tenantView).describe('Empty with `view=summary`.'),
          summaries: z.array(tenantSummaryView).describe('Only with `view=summary`.').optional(),
          continuation: z.string().optional(),
        })
        .meta({ id: 'TenantsPage', description: 'One page of tenants.' }),
    },
    handle: async ({ broker, caller, query }) => {
      const { continuation, limit } = query
      if (query.view === 'summary') {
        const page = found(await broker.tenants.summaries(caller.workspace, limit, continuation))
        return jsonResponse({ ...page, tenants: [], summaries: page.tenants.map(toSummaryView) })
      }
      const page = found(await broker.tenants.list(caller.workspace, limit, continuation))
      const show = (row: (typeof page.tenants)[number]) =>
        toTenantView(row, broker.clock.now(), broker.config)
      return jsonResponse({ ...page, tenants: page.tenants.map(show) })
    },
  }),
})

function found<T>(page: T | 'continuation_unknown'): T {
  if (page === 'continuation_unknown') throw invalidContinuation()
  return page
}
