import { expect, test } from 'vitest'
import { explainFailure } from '../../shared/passthrough/explainFailure.ts'
import { Secret } from '../../shared/secret.ts'
import { connected, now } from '../simulation/ground.ts'

/** Explains a plain-text refusal of a call in an environment. */
const refused = (environment: 'production' | 'sandbox') =>
  explainFailure(
    {
      config: { environments: new Map([[environment, { advertisingUrl: 'https://{host}.example' }]]) },
      developerTokens: { find: async () => ({ ok: true, value: new Secret('developer') }) },
      clock: { now: () => now },
    } as never,
    { tenant: { ...connected('vault:x'), environment } } as never,
    { service: 'campaignManagement' },
    { url: new URL('https://campaign.example/CampaignManagement/v13/Campaigns'), tokens: {} },
    { status: 403, headers: new Headers({ trackingid: 't' }), text: 'Forbidden', body: {} as never },
  )

test('a token of the sandbox’s older sign-in host is the operator’s problem, not a token to replace', async () => {
  expect(await refused('sandbox')).toMatchObject({
    ...{ verdict: 'retired_sign_in', actor: 'operator', credential: 'accessToken', trackingId: 't' },
  })
  expect(await refused('production')).not.toMatchObject({ verdict: 'retired_sign_in' })
})
