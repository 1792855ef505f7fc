import { operation, route } from '../shared/http/route.ts'
import { answerObjects, unifiedAnswers } from '../shared/http/unifiedAnswer.ts'
import { reportsQuery } from '../shared/http/unifiedQuery.ts'
import { isAbout } from '../shared/unified/reportWish.ts'
import { toPage } from '../shared/unified/toPage.ts'

/** `GET /v1/tenants/{tenant}/unified/reports`: numbers of a time span, in the shape of Unified.to. */
route('unifiedReports', 'v1/tenants/{tenant}/unified/reports', {
  GET: operation({
    ...unifiedAnswers,
    id: 'listUnifiedReports',
    summary: 'List the numbers of campaigns, an ad group, or an ad as Unified.to’s reports',
    query: reportsQuery,
    handle: (request) => {
      const { org_id, ...report } = request.query
      const page = { ...toPage('reports', request.query), isAbout: isAbout(report) }
      return answerObjects(request, { kind: 'reports', org_id, report }, page)
    },
  }),
})
