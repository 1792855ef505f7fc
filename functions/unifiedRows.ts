import * as z from 'zod'
import { operation, route } from '../shared/http/route.ts'
import { answerObjects, unifiedAnswers } from '../shared/http/unifiedAnswer.ts'
import { entitiesQuery } from '../shared/http/unifiedQuery.ts'
import { toPage } from '../shared/unified/toPage.ts'

/**
 * `GET /v1/tenants/{tenant}/unified/{objects}`: an account's campaigns, ad groups, ads, images and videos, or targets,
 * in the shape of Unified.to. The function's name sorts behind those of the routes whose last segment is a fixed word,
 * because the host takes the first that matches.
 */
route('unifiedRows', 'v1/tenants/{tenant}/unified/{objects}', {
  GET: operation({
    ...unifiedAnswers,
    id: 'listUnifiedObjects',
    summary: 'List an account’s campaigns, groups, ads, creatives, or targets as Unified.to’s',
    params: z.object({
      objects: z.enum(['campaigns', 'groups', 'ads', 'creatives', 'targets']).describe('What to list.'),
    }),
    query: entitiesQuery,
    handle: (request) => {
      const { objects: kind } = request.params
      const { campaign_id, ...query } = request.query
      const { org_id, updated_gte } = query
      // An ad's own record doesn't say in which campaign it is, but Microsoft can make a file of one campaign.
      const isOfCampaign = kind === 'ads'
      const file = { kind, org_id, updated_gte, ...(isOfCampaign && { campaign_id }) }
      const filters = isOfCampaign ? query : request.query
      return answerObjects(request, file, toPage(kind, query, filters))
    },
  }),
})
