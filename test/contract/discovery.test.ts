import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startAdvertising } from '../../local/advertising/advertising.ts'
import { createTokenSigner, localDeveloperTokens, type TokenSigner } from '../../local/advertising/caller.ts'
import { accountIdBeyondSafeInteger, agency } from '../../local/advertising/seeds.ts'
import type { RunningService } from '../../local/service.ts'
import { createCustomerManagement } from '../../shared/advertising/client.ts'
import {
  createDeveloperTokenProofs,
  sandboxDeveloperToken,
  withProofs,
} from '../../shared/advertising/developerTokenProofs.ts'
import { discoverAccounts } from '../../shared/advertising/discover.ts'
import { identityFaultOf } from '../../shared/advertising/identityFault.ts'
import { judgeFault } from '../../shared/advertising/judgeFault.ts'
import { requestHeaders } from '../../shared/advertising/services.ts'
import { systemClock } from '../../shared/clock.ts'
import { createAddressOwnerFinder } from '../../shared/diagnosis/addresses.ts'
import { diagnoseFailedCall } from '../../shared/diagnosis/diagnose.ts'
import { diagnoseProbe } from '../../shared/diagnosis/diagnoseProbe.ts'
import { createKnownAccounts } from '../../shared/diagnosis/knownAccounts.ts'
import { Secret } from '../../shared/secret.ts'

let signer: TokenSigner
let advertising: RunningService

beforeAll(async () => {
  signer = await createTokenSigner()
  advertising = await startAdvertising({
    port: 0,
    developerTokens: localDeveloperTokens,
    verifyMicrosoftToken: signer.verify,
    verifyGoogleToken: signer.verifyGoogle,
    numericIds: true,
  })
})

afterAll(() => advertising.stop())

function environmentConfig() {
  return { advertisingUrl: `${advertising.origin}/production/{host}` }
}

const notes = new Map<string, object>()
const proofs = createDeveloperTokenProofs({
  notes: {
    read: async <T>(kind: string, key: string) => notes.get(`${kind} ${key}`) as T | undefined,
    write: async (kind, key, value) => void notes.set(`${kind} ${key}`, value),
  },
  clock: systemClock,
  list: async () => [{ value: new Secret(localDeveloperTokens.production[0]), version: 'v1' }],
})

function client() {
  return withProofs(
    createCustomerManagement({ environmentConfig: environmentConfig() }),
    'production',
    proofs,
  )
}

async function credentialsOf(person: string) {
  const accessToken = new Secret(await signer.sign(person))
  const developerToken = new Secret(localDeveloperTokens.production[0])
  return { accessToken, developerToken, identityProvider: 'microsoft' } as const
}

async function discover(person: string) {
  return discoverAccounts(client(), await credentialsOf(person), { clock: systemClock })
}

async function accountsOf(person: string) {
  const answer = await discover(person)
  if (!answer.ok) throw new Error(answer.fault.evidence)
  return new Map(answer.value.accounts.map((account) => [account.accountId, account]))
}

describe('discovery against the stand-in', () => {
  test('finds an agency’s own, child, and linked accounts with the customer to send', async () => {
    const accounts = await accountsOf('grace')
    expect(accounts.size).toBe(6)
    expect(accounts.get(String(agency.linkedAccountId))).toMatchObject({
      customerId: String(agency.customerId),
      ownerCustomerId: String(agency.ownerCustomerId),
      linked: true,
    })
    expect(accounts.get(String(agency.pausedAccountId))).toMatchObject({ pauseReason: 'user', usable: true })
    expect(accounts.get('180222002')).toMatchObject({ lifeCycleStatus: 'Suspended', usable: false })
  })

  test('distinguishes the customers of several users and an id beyond 2^53', async () => {
    const accounts = await accountsOf('edsger')
    expect(accounts.get(String(accountIdBeyondSafeInteger))).toMatchObject({ customerId: '250000501' })
    expect(accounts.get('180502002')).toMatchObject({ customerId: '250000504', linked: true })
    expect(new Set([...accounts.values()].map((account) => account.customerId)).size).toBe(4)
  })

  test('says which account a person must sign in with', async () => {
    const answer = await discover('barbara')
    expect(!answer.ok && identityFaultOf(answer.fault)).toMatchObject({ signInWith: 'work' })
  })

  test('says that a person is not a Microsoft Advertising user, once the developer token has worked', async () => {
    await discover('ada')
    const answer = await discover('niklaus')
    expect(!answer.ok && judgeFault(answer.fault).verdict).toBe('no_advertising_user')
  })
})

describe('diagnosis of the stand-in’s answers', () => {
  async function diagnose(path: string, ids: { customerId: string; accountId: string }) {
    const sent = { ...ids, host: `${advertising.origin}/production/campaign${path}` }
    const headers = requestHeaders({ ...(await credentialsOf('grace')), ...ids })
    const response = await fetch(sent.host, { method: 'POST', headers, body: '{}' })
    const trackingId = response.headers.get('TrackingId') ?? ''
    const accounts = createKnownAccounts([...(await accountsOf('grace')).values()])
    const call = { status: response.status, body: await response.text(), trackingId, sent }
    const diagnosis = diagnoseFailedCall(call, {
      environment: 'production',
      identityProvider: 'microsoft',
      accounts,
      developerToken: 'present',
      findAddressOwner: createAddressOwnerFinder(new Map([['production', environmentConfig()]])),
      now: new Date(),
    })
    expect(diagnosis.trackingId).toBe(trackingId)
    return diagnosis.verdict
  }

  const query = '/CampaignManagement/v13/Campaigns/QueryByAccountId'
  const linked = { customerId: String(agency.ownerCustomerId), accountId: String(agency.linkedAccountId) }

  test('finds the owner’s id in place of the agency’s', async () => {
    expect(await diagnose(query, linked)).toBe('customer_does_not_reach_account')
  })

  test('finds swapped ids', async () => {
    const swapped = { customerId: String(agency.activeAccountId), accountId: String(agency.customerId) }
    expect(await diagnose(query, swapped)).toBe('ids_swapped')
  })

  test('reads the code of a SOAP fault, whose envelope cannot contain our headers', async () => {
    const soap = '/Api/Advertiser/CampaignManagement/v13/CampaignManagementService.svc'
    expect(await diagnose(soap, linked)).toBe('credentials_refused')
  })

  test('finds a developer token of the other environment by probing', async () => {
    const credentials = { ...(await credentialsOf('ada')), developerToken: sandboxDeveloperToken }
    const user = await client().getUser(credentials)
    const results = { refresh: { ok: true }, developerToken: 'present', user } as const
    expect(diagnoseProbe(results, { environment: 'production', identityProvider: 'microsoft' }).verdict).toBe(
      'developer_token_of_other_environment',
    )
  })
})
