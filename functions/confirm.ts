import * as z from 'zod'
import { confirmConnectSession, openConfirmedChoice } from '../shared/connect/confirm.ts'
import { answerJson } from '../shared/http/answers.ts'
import { tenantParams } from '../shared/http/fields.ts'
import { operation, route } from '../shared/http/route.ts'
import { tenantView, toTenantView } from '../shared/tenants/view.ts'

/** `POST …/connect-sessions/{session}/confirm`: the app vouches that the person who consented is the one signed in to it. */
route('confirm', 'v1/tenants/{tenant}/connect-sessions/{session}/confirm', {
  POST: operation({
    summary: 'Confirm who consented, with the one-time code from the return URL',
    role: 'Tenants.Manage',
    params: tenantParams.extend({ session: z.string().max(64) }),
    body: z.strictObject({ code: z.string().min(1).max(100) }),
    answer: {
      status: 200,
      description: 'The tenant, connected.',
      schema: tenantView.extend({
        chooseAccountsUrl: z
          .url()
          .describe(
            'Where to send the browser in which the person consented, so that they choose accounts. Absent when no choice is needed or the app asks itself.',
          )
          .optional(),
      }),
    },
    problems: ['tenant_not_found', 'connect_session_not_found', 'tenant_changed'],
    handle: async ({ broker, caller, params, body }) => {
      const name = { workspace: caller.workspace, tenant: params.tenant }
      const tenant = await confirmConnectSession(broker, name, params.session, body.code)
      broker.obtain.forget(name)
      const chooseAccountsUrl = await openConfirmedChoice(broker, tenant)
      const view = toTenantView(tenant, broker.clock.now())
      return answerJson({ ...view, ...(chooseAccountsUrl && { chooseAccountsUrl }) })
    },
  }),
})
