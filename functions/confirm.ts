import * as z from 'zod'
import { confirmConnectSession, openConfirmedChoice } from '../shared/connect/confirm.ts'
import { recordConfirmed } from '../shared/connect/sessionProgress.ts'
import { jsonResponse } from '../shared/http/responses.ts'
import { operation, route } from '../shared/http/route.ts'
import { tenantView, toTenantView } from '../shared/tenants/view.ts'

/** `POST …/connect-sessions/{session}/confirm`: the app confirms that the person who consented is signed in to it. */
route('confirm', 'v1/tenants/{tenant}/connect-sessions/{session}/confirm', {
  POST: operation({
    id: 'confirmConnectSession',
    tag: 'connecting',
    summary: 'Confirm who consented, with the one-time code from the return URL',
    role: 'Tenants.Manage',
    params: z.object({ session: z.string().max(64) }),
    body: z
      .strictObject({ code: z.string().min(1).max(100) })
      .meta({ id: 'ConfirmationRequest', description: 'The one-time code from the return URL.' }),
    response: {
      status: 200,
      description: 'The tenant, connected.',
      schema: tenantView
        .and(
          z.object({
            chooseAccountsUrl: z
              .url()
              .describe(
                'Where to send the browser in which the person consented, so that they choose accounts. Absent when no choice is needed or the app asks itself.',
              )
              .optional(),
          }),
        )
        .meta({
          id: 'ConfirmedTenant',
          description: 'The tenant, and where the person chooses its accounts.',
        }),
    },
    problems: ['tenant_not_found', 'connect_session_not_found', 'tenant_changed'],
    handle: async ({ broker, tenant, params, body }) => {
      const confirmed = await confirmConnectSession(broker, tenant, params.session, body.code)
      broker.accessTokens.forget(tenant)
      await recordConfirmed(broker, params.session)
      const chooseAccountsUrl = await openConfirmedChoice(broker, confirmed)
      const view = toTenantView(confirmed, broker.clock.now())
      return jsonResponse({ ...view, ...(chooseAccountsUrl && { chooseAccountsUrl }) })
    },
  }),
})
