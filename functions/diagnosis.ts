import {
  diagnosisBody,
  diagnosisResponse,
  explainFailedCall,
  isProbeRequest,
  maxDiagnosisBytes,
} from '../shared/diagnosis/failedCall.ts'
import { probeTenant } from '../shared/diagnosis/probe.ts'
import { jsonResponse } from '../shared/http/responses.ts'
import { operation, route } from '../shared/http/route.ts'

/** `POST /v1/tenants/{tenant}/diagnosis`: which credential is at fault, and who acts. */
route('diagnosis', 'v1/tenants/{tenant}/diagnosis', {
  POST: operation({
    id: 'diagnose',
    tag: 'diagnosis',
    summary: 'Test every credential live, or explain a failed call',
    role: 'Tokens.Vend',
    body: diagnosisBody,
    maxBodyBytes: maxDiagnosisBytes,
    limit: (body) => (isProbeRequest(body) ? 'probesPerMinute' : undefined),
    response: {
      status: 200,
      description: 'Which credential is at fault, why, and who must act.',
      schema: diagnosisResponse,
    },
    problems: ['tenant_not_found'],
    handle: async ({ broker, tenant, body }) => {
      const diagnosis = await (isProbeRequest(body)
        ? probeTenant(broker, tenant)
        : explainFailedCall(broker, tenant, body))
      return jsonResponse(diagnosis)
    },
  }),
})
