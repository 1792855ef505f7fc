import { buildContract } from '../shared/contract/openapi.ts'
import { operation, route, routes } from '../shared/http/route.ts'
import { docsPage } from '../shared/pages/docsPage.ts'
import { type Page, pageResponse } from '../shared/pages/page.ts'

let page: (Page & { readonly style: string }) | undefined

/** `GET /docs`: the contract, readable. A problem's `type` links to its code on this page. */
route('docs', 'docs', {
  GET: operation({
    id: 'getDocs',
    tag: 'contract',
    summary: 'The contract, readable',
    response: { status: 200, description: 'An HTML page.', content: 'page' },
    handle: async ({ broker }) => {
      page ??= docsPage(buildContract(routes, broker.config.publicUrl))
      return pageResponse(page, page.style)
    },
  }),
})
