import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { redact } from '../../shared/advertising/redact.ts'
import { createAddressOwnerFinder } from '../../shared/diagnosis/addresses.ts'
import { diagnoseFailedCall } from '../../shared/diagnosis/diagnose.ts'
import type { Diagnosis, DiagnosisContext } from '../../shared/diagnosis/facts.ts'
import { createKnownAccounts } from '../../shared/diagnosis/knownAccounts.ts'

const own = { accountId: '101', number: 'F101', customerId: '333', ownerCustomerId: '333', usable: true }
const context: DiagnosisContext = {
  environment: 'production',
  identityProvider: 'microsoft',
  accounts: createKnownAccounts([own]),
  tokenExpiresAt: new Date('2026-11-28T14:50:00Z'),
  developerToken: 'present',
  findAddressOwner: createAddressOwnerFinder(new Map()),
  now: new Date('2026-11-28T14:00:00Z'),
}
const sent = { customerId: '333', accountId: '101' }
const trackingId = '11111111-2222-4333-8444-555555555555'

interface Known {
  readonly code: number
  readonly name: string
  readonly message: string
  readonly status: number
}

const kinds: readonly Known[] = [
  { code: 0, name: 'InternalError', message: 'An internal error has occurred.', status: 500 },
  {
    code: 105,
    name: 'InvalidCredentials',
    message: 'Authentication failed. Either supplied credentials are invalid or the account is inactive',
    status: 401,
  },
  {
    code: 106,
    name: 'UserIsNotAuthorized',
    message: 'The user is not authorized to perform this action.',
    status: 403,
  },
  {
    code: 109,
    name: 'AuthenticationTokenExpired',
    message: 'Authentication token expired. Please renew it or obtain a new token.',
    status: 401,
  },
  {
    code: 117,
    name: 'CallRateExceeded',
    message: 'You have exceeded the number of calls that you are allowed to make in a minute.',
    status: 400,
  },
  {
    code: 123,
    name: 'WorkIdentityNotAvailable',
    message: 'You must use a personal Microsoft account.',
    status: 401,
  },
  {
    code: 1008,
    name: 'CampaignServiceInvalidAccountStatus',
    message: 'The account status is not valid.',
    status: 400,
  },
  {
    code: 1101,
    name: 'CampaignServiceInvalidCampaignName',
    message: 'The campaign name is not valid.',
    status: 400,
  },
  {
    code: 1102,
    name: 'CampaignServiceInvalidAccountId',
    message: 'The account identifier is not valid.',
    status: 400,
  },
  { code: 3101, name: 'OAuthTokenInvalid', message: 'The OAuth token is invalid.', status: 401 },
  {
    code: 4204,
    name: 'BulkServiceNoMoreCallsPermittedForTheTimePeriod',
    message: 'No more calls for now.',
    status: 400,
  },
]

const faultOf = ({ code, name, message }: Known) => ({
  Errors: [{ Code: code, Detail: null, ErrorCode: name, Message: message }],
  TrackingId: trackingId,
  Type: 'AdApiFaultDetail',
})
const jsonOf = (known: Known) => JSON.stringify(faultOf(known))

/** The forms in which people see it on the screen. Each gets the answer and returns the pasted text. */
const forms: Readonly<Record<string, (known: Known) => unknown>> = {
  'names in another case': (known) => jsonOf(known).replace(known.name, known.name.toUpperCase()),
  'camelCase members': (known) =>
    jsonOf(known).replace(/"([A-Z])(\w*)":/g, (_, a: string, b: string) => `"${a.toLowerCase()}${b}":`),
  'wrapped in detail': (known) => ({ detail: faultOf(known) }),
  'wrapped by its type': (known) => ({
    AdApiFaultDetail: {
      TrackingId: trackingId,
      Errors: { AdApiError: [{ ...faultOf(known).Errors[0], Code: `${known.code}` }] },
    },
  }),
  'a Python dictionary': (known) => jsonOf(known).replaceAll('"', "'").replaceAll('null', 'None'),
  'a suds dump': ({ code, name, message }) =>
    `Fault: (AdApiFaultDetail){\n   TrackingId = "${trackingId}"\n   Errors = \n      (ArrayOfAdApiError){\n         AdApiError[] = \n            (AdApiError){\n               Code = ${code}\n               Detail = None\n               ErrorCode = "${name}"\n               Message = "${message}"\n            },\n      }\n }`,
  'PHP’s var_dump': ({ code, name, message }) =>
    `object(stdClass)#29 (2) {\n  ["TrackingId"]=>\n  string(36) "${trackingId}"\n  ["Errors"]=>\n  object(stdClass)#30 (1) {\n    ["AdApiError"]=>\n    object(stdClass)#31 (4) {\n      ["Code"]=>\n      string(3) "${code}"\n      ["Detail"]=>\n      NULL\n      ["ErrorCode"]=>\n      string(${name.length}) "${name}"\n      ["Message"]=>\n      string(${message.length}) "${message}"\n    }\n  }\n}`,
  'PHP’s print_r': ({ code, name, message }) =>
    `stdClass Object\n(\n    [TrackingId] => ${trackingId}\n    [Errors] => stdClass Object\n        (\n            [AdApiError] => stdClass Object\n                (\n                    [Code] => ${code}\n                    [Detail] => \n                    [ErrorCode] => ${name}\n                    [Message] => ${message}\n                )\n        )\n)`,
  'a line of a .NET log': ({ code, name, message }) =>
    `Microsoft.BingAds.AdApiFaultDetail: TrackingId: ${trackingId}. Code: ${code} ErrorCode: ${name} Message: ${message}`,
  'curl -i': (known) =>
    `HTTP/1.1 ${known.status} Whatever\r\nContent-Type: application/json\r\nTrackingId: ${trackingId}\r\n\r\n${jsonOf(known)}`,
  'curl -v': (known) =>
    `* Connected\n> POST /x HTTP/2\n> \n< HTTP/2 ${known.status} \n< content-type: application/json\n< trackingid: ${trackingId}\n< \n${jsonOf(known)}`,
  'blanks everywhere': (known) => `\n\t  ${JSON.stringify(faultOf(known), null, 8)}   \n\n`,
  'JSON in a JSON string': (known) => JSON.stringify({ message: `failed: ${jsonOf(known)}` }),
  'behind a log’s prefix': (known) => `2026-11-28 14:00:00 ERROR call failed: ${jsonOf(known)} (attempt 1)`,
  'cut off': (known) => jsonOf(known).slice(0, -20),
  XML: ({ code, name, message }) =>
    `<AdApiFaultDetail xmlns="https://adapi.microsoft.com"><TrackingId>${trackingId}</TrackingId><Errors><AdApiError><Code>${code}</Code><Detail i:nil="true"/><ErrorCode>${name}</ErrorCode><Message>${message}</Message></AdApiError></Errors></AdApiFaultDetail>`,
}

function diagnose(body: unknown, { status }: Pick<Known, 'status'>): Diagnosis {
  return diagnoseFailedCall({ status, body, sent }, context)
}

describe.each(Object.entries(forms))('a fault as %s', (_name, bodyOf) => {
  test.each(kinds.map((known) => [known.code, known] as const))(
    'with %i is judged as Microsoft’s own JSON',
    (_code, known) => {
      const { verdict, actor, trackingId: seen } = diagnose(bodyOf(known), known)
      const plain = diagnose(faultOf(known), known)
      expect({ verdict, actor }).toEqual({ verdict: plain.verdict, actor: plain.actor })
      expect(seen).toBe(trackingId)
    },
  )
})

test('a fault that is cut at any position keeps its verdict or gets a less definite one, never another actor', () => {
  const lessDefinite = [
    'unexplained',
    'access_token_expired',
    'access_token_revoked',
    'access_refused',
    'service_trouble',
    'soap_call',
    'not_a_failure',
  ]
  fc.assert(
    fc.property(
      fc.constantFrom(...kinds),
      fc.constantFrom(...Object.values(forms)),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (known, bodyOf, share) => {
        const body = bodyOf(known)
        const text = typeof body === 'string' ? body : JSON.stringify(body)
        const plain = diagnose(faultOf(known), known)
        const { verdict } = diagnose(text.slice(0, Math.floor(text.length * share)), known)
        expect([plain.verdict, ...lessDefinite]).toContain(verdict)
      },
    ),
    { numRuns: 300 },
  )
})

test('a completely pasted answer needs no separate status', () => {
  const body = forms['curl -i']!(kinds[3]!)
  const { evidence, verdict } = diagnoseFailedCall({ status: 0, body, sent }, context)
  expect(evidence).toContain('HTTP 401')
  expect(verdict).toBe('access_token_expired')
  expect(diagnoseFailedCall({ status: 0, body: 'what is this' }, context).verdict).toBe('unexplained')
})

test('a message without a fault is judged by Microsoft’s words', () => {
  const text = 'Error: Authentication token expired. Please renew it or obtain a new token.'
  expect(diagnose(text, { status: 500 }).verdict).toBe('access_token_expired')
  expect(diagnose('zeep.exceptions.Fault: CallRateExceeded', { status: 500 }).verdict).toBe('throttled_calls')
})

describe('Microsoft’s words for a SOAP fault, without the fault', () => {
  const words = `Invalid client data. Check the SOAP fault details for more information. TrackingId: ${trackingId}.`
  test.each([
    ['alone', words],
    ['of suds', `suds.WebFault: Server raised fault: '${words}'`],
    ['of zeep', `zeep.exceptions.Fault: ${words}`],
    ['of PHP', `SoapFault exception: [s:Server] ${words} in /app/ads.php:12`],
    [
      'of Java',
      `com.sun.xml.ws.fault.ServerSOAPFaultException: Client received SOAP Fault from server: ${words}`,
    ],
    [
      'of .NET',
      `System.ServiceModel.FaultException\`1[Microsoft.BingAds.V13.CustomerManagement.AdApiFaultDetail]: ${words}`,
    ],
  ])('%s show what is missing, and are not blamed on SOAP', (_from, body) => {
    for (const status of [0, 500]) {
      const { verdict, explanation, trackingId: seen, next } = diagnose(body, { status })
      expect({ verdict, seen }).toEqual({ verdict: 'unexplained', seen: trackingId })
      expect(explanation).toContain('Log the fault’s details')
      expect(next.at(-1)).toContain('SOAP ends')
    }
  })

  test('are about the ids if those are provably misplaced', () => {
    const swapped = { customerId: '101', accountId: '333' }
    expect(diagnoseFailedCall({ status: 500, body: words, sent: swapped }, context).verdict).toBe(
      'ids_swapped',
    )
  })

  test('are shown with the type’s name, which is not a secret', () => {
    const name = 'com.microsoft.bingads.v13.customermanagement.AdApiFaultDetail_Exception'
    expect(redact(`${name}: x`)).toContain(name)
  })
})

test.each([
  ['requests.exceptions.HTTPError: 503 Server Error: Service Unavailable', 503, 'service_trouble'],
  ['AxiosError: Request failed with status code 429', 429, 'throttled_calls'],
  ['The remote server returned an error: (504) Gateway Timeout.', 504, 'service_trouble'],
  ['<html><head><title>502 Bad Gateway</title></head></html>', 502, 'service_trouble'],
])('%j shows its status without a head', (body, status, verdict) => {
  const diagnosis = diagnoseFailedCall({ status: 0, body, sent }, context)
  expect(diagnosis.verdict).toBe(verdict)
  expect(diagnosis.evidence).toContain(`HTTP ${status}`)
})

test('a gateway’s page has no known cause', () => {
  const page = '<html><head><title>502 Bad Gateway</title></head><body>Code: 105</body></html>'
  expect(diagnose(page, { status: 502 }).verdict).toBe('service_trouble')
})

describe('a 401', () => {
  test.each([
    ['', 'access_token_revoked'],
    ['{"message":"Unauthorized"}', 'access_token_revoked'],
    ['{"error":{"message":"The provided access token is invalid or has expired."}}', 'access_token_revoked'],
    ['Customer 4 is not authorized to use IP address 192.0.2.1.', 'unexplained'],
    ['Invalid developer token', 'developer_token_refused'],
  ])('with «%s» is %s', (body, verdict) => {
    expect(diagnose(body, { status: 401 }).verdict).toBe(verdict)
  })
})

describe('a success status', () => {
  test.each([
    [faultOf(kinds[3]!), 'access_token_expired'],
    [
      '<s:Envelope xmlns:s="x"><s:Body><s:Fault><detail><AdApiFaultDetail><Errors><AdApiError><Code>106</Code></AdApiError></Errors></AdApiFaultDetail></detail></s:Fault></s:Body></s:Envelope>',
      'user_without_rights',
    ],
    [{ CampaignIds: [null], PartialErrors: [{ Code: 1115, Index: 0 }] }, 'partial_failure'],
    [{ NestedPartialErrors: [{ BatchErrors: [{ Code: 1115, Index: 0 }], Index: 0 }] }, 'partial_failure'],
    [{ BatchErrors: [{ Code: 1115, Index: 0 }] }, 'partial_failure'],
    [{ RequestStatus: 'Failed', Errors: [] }, 'job_failed'],
    [{ RequestStatus: 'FailedFullSyncRequired' }, 'job_failed'],
    [{ RequestStatus: 'Completed', Errors: [], ResultFileUrl: 'x' }, 'not_a_failure'],
    [{ ReportRequestStatus: { ReportDownloadUrl: 'x', Status: 'Success' } }, 'not_a_failure'],
    ['<s:Envelope xmlns:s="x"><s:Body><GetUserResponse xmlns="y"/></s:Body></s:Envelope>', 'not_a_failure'],
    [{ Accounts: [], PartialErrors: [] }, 'not_a_failure'],
  ])('with %j is %s', (body, verdict) => {
    expect(diagnose(body, { status: 200 }).verdict).toBe(verdict)
  })
})

describe('SOAP', () => {
  const address =
    'https://campaign.api.bingads.microsoft.com/Api/Advertiser/CampaignManagement/v13/CampaignManagementService.svc'
  test('has its code’s verdict, and the note about the end of SOAP', () => {
    const { verdict, next } = diagnoseFailedCall(
      { status: 500, body: forms.XML!(kinds[3]!), sent: { ...sent, host: address } },
      context,
    )
    expect(verdict).toBe('access_token_expired')
    expect(next.at(-1)).toContain('SOAP ends on January 31, 2027')
  })
})

describe('hosts', () => {
  const at = (host: string) => diagnoseFailedCall({ status: 404, body: '', sent: { host } }, context).verdict
  test.each([
    ['https://ui.ads.microsoft.com/campaign', 'wrong_host'],
    ['https://foo.api.bingads.microsoft.com/Bulk/v13/x', 'wrong_host'],
    ['https://bulk.api.bingads.microsoft.com/Reporting/v13/x', 'wrong_host'],
    ['https://bulk.api.bingads.microsoft.com/Bulk/v13/x', 'unknown_operation'],
    [
      'https://fileupload.api.bingads.microsoft.com/Api/Advertiser/CampaignManagement/FileUpload/x',
      'transfer_address_over',
    ],
    ['https://partner.api.bingads.microsoft.com/ext/mcp/vnext', 'other_service'],
    ['https://adlibrary.api.bingads.microsoft.com/api/v1/Ads/1', 'other_service'],
    ['https://hotels.api.bingads.microsoft.com/api/customers/1', 'other_service'],
    ['https://login.microsoftonline.com/common/oauth2/v2.0/token', 'unknown_operation'],
    ['https://ads.microsoft.com.example/x', 'unknown_host'],
    ['https://ads.example/x', 'unknown_host'],
  ])('%s is %s', (host, verdict) => {
    expect(at(host)).toBe(verdict)
  })
})

describe('a pasted token endpoint’s refusal', () => {
  test.each([
    [
      'oauthlib.oauth2.rfc6749.errors.InvalidGrantError: (invalid_grant) AADSTS700082: expired',
      'reauthorization_required',
    ],
    [
      { detail: { error: 'invalid_grant', error_description: 'Token has been expired or revoked.' } },
      'reauthorization_required',
    ],
    [{ error: 'invalid_client', error_codes: [7000222] }, 'environment_on_hold'],
    ['<html><body>AADSTS90094: admin consent</body></html>', 'admin_consent_required'],
    [{ error: 'temporarily_unavailable' }, 'identity_provider_unavailable'],
  ])('%j is %s', (body, verdict) => {
    expect(diagnose(body, { status: 400 }).verdict).toBe(verdict)
  })
})

/** A token endpoint's refusal in the forms in which people see it. */
const refusalForms: Readonly<Record<string, (error: string, code: number) => unknown>> = {
  'with numbers as strings': (error, code) => ({ error, error_codes: [`${code}`] }),
  'with the number in its text only': (error, code) => ({ error, error_description: `AADSTS${code}: x.` }),
  'wrapped in detail': (error, code) => ({ detail: { error, error_codes: [code] } }),
  'as a Python dictionary': (error, code) =>
    `{'error': '${error}', 'error_codes': [${code}], 'error_description': 'AADSTS${code}: x'}`,
  'as an exception’s message': (error, code) =>
    `MsalServiceException: ${error}: AADSTS${code}: x. Trace ID: ${trackingId}`,
  'with its head': (error, code) =>
    `HTTP/2 400 \r\ncontent-type: application/json\r\n\r\n${JSON.stringify({ error, error_codes: [code] })}`,
  'with blanks everywhere': (error, code) =>
    `\n\n${JSON.stringify({ error, error_codes: [code] }, null, 8)}  \n`,
  'in a JSON string': (error, code) => JSON.stringify(JSON.stringify({ error, error_codes: [code] })),
  'on Entra’s page': (_error, code) => `<!DOCTYPE html><html><body>Sorry. AADSTS${code}: x</body></html>`,
  'cut off': (error, code) => `{"error":"${error}","error_description":"AADSTS${code}: The`,
}

test.each(Object.entries(refusalForms))(
  'a token endpoint’s refusal %s is judged like the plain one',
  (_name, bodyOf) => {
    const refusals = [
      ['invalid_grant', 700082],
      ['invalid_client', 650052],
      ['invalid_client', 7000222],
      ['interaction_required', 50076],
      ['invalid_grant', 530084],
    ] as const
    for (const [error, code] of refusals) {
      const plain = diagnose({ error, error_codes: [code] }, { status: 400 })
      const { verdict, actor } = diagnose(bodyOf(error, code), { status: 400 })
      expect({ verdict, actor }, `${code}`).toEqual({ verdict: plain.verdict, actor: plain.actor })
    }
  },
)

describe('the shown text', () => {
  test.each([
    'BulkServiceNoMoreCallsPermittedForTheTimePeriod',
    'CampaignServiceAdExtensionIdToAccountIdAssociationArrayShouldNotBeNullOrEmpty',
    'http://schemas.datacontract.org/2004/07/Microsoft.BingAds.BHAC.HotelAdsAPIs.Models',
    'https://bingads.microsoft.com/CampaignManagement/v13',
    'https://reporting.api.bingads.microsoft.com/Reporting/v13/GenerateReport/Submit',
  ])('keeps %s', (text) => {
    expect(redact(text)).toBe(text)
  })

  test('contains no credential', () => {
    const alphabet = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.~']
    const opaque = fc
      .array(fc.constantFrom(...alphabet), { minLength: 40, maxLength: 2_000 })
      .map((list) => list.join(''))
    fc.assert(
      fc.property(opaque, fc.constantFrom('', 'Bearer ', 'token=', '"refresh_token":"'), (secret, before) => {
        expect(redact(`refused: ${before}${secret}`)).not.toContain(secret.slice(0, 40))
      }),
    )
    expect(redact('"AuthenticationToken": "EwBwA8l6BAAU"')).not.toContain('EwBwA8')
    expect(redact('M.C537_BAY.0.U.-Cg!x*y$z')).not.toContain('Cg')
    const letters = 'HqTzRbVwKpXnDmLsGfCjYaEuOiBvNxZkWtQyPhRdMgFs'
    expect(redact(`refused: ${letters}`)).toBe('refused: [redacted]')
  })
})

test('JSON is read to its end, and other forms to their first 256 KiB', () => {
  const fault = 'Code: 109, ErrorCode: AuthenticationTokenExpired'
  const text = (length: number) => `${'.'.repeat(length - fault.length - 1)} ${fault}`
  expect(diagnose(text(262_144), { status: 400 }).verdict).toBe('access_token_expired')
  expect(diagnose(text(262_145), { status: 400 }).evidence).not.toContain('AuthenticationTokenExpired')
  expect(diagnose(text(262_300), { status: 400 }).verdict).toBe('unexplained')
  const json = JSON.stringify({ padding: ' '.repeat(1_000_000), Errors: [{ Code: 109 }] })
  expect(diagnose(json, { status: 401 }).verdict).toBe('access_token_expired')
})

test.each([
  ['open tags', '<Code '],
  ['closed and opened elements', '<AdApiError>'],
  ['quotes', '"Code":"'],
  ['braces', '{"Errors":['],
  ['keys', 'Code '],
  ['heads', 'HTTP/1.1 401 x\n'],
  ['envelopes', '<s:Envelope '],
  ['escapes', 'Code:"\\'],
  ['words', 'AbcDefGhiJkl'],
  ['blanks', ' \n'],
])('a megabyte of %s is read in linear time', (_name, piece) => {
  const took = (bytes: number) => {
    const body = `x${piece.repeat(Math.ceil(bytes / piece.length))}`
    const start = performance.now()
    diagnose(body, { status: 401 })
    return performance.now() - start
  }
  took(1_000)
  // A quadratic parser takes hours for this; the limit leaves room for a slow machine.
  expect(took(1_048_576)).toBeLessThan(2_000)
})
