import { describe, expect, test } from 'vitest'
import { toOutgoingTable } from '../../scripts/doctor/outgoing.ts'
import { outgoingHosts } from '../../scripts/outgoingHosts.ts'
import { parseConfig } from '../../shared/config.ts'
import { minimalSettings } from './settingRefusals.ts'

const hostsOf = (settings: Record<string, string> = {}) =>
  outgoingHosts(parseConfig({ ...minimalSettings, ...settings }))
const namesOf = (settings?: Record<string, string>) => hostsOf(settings).map(({ host }) => host)

describe('the hosts that the broker calls', () => {
  test('are each listed once, with every use', () => {
    const hosts = hostsOf()
    expect(new Set(hosts.map(({ host }) => host)).size).toBe(hosts.length)
    const signIn = hosts.find(({ host }) => host === 'login.microsoftonline.com')
    expect(signIn).toMatchObject({ isOptional: false })
    expect(signIn?.purposes).toEqual([
      'keys of an issuer of apps’ tokens',
      'metadata of an issuer of apps’ tokens, by `/ready` only',
      'token endpoint of an issuer of apps’ tokens, for tools that send a client secret',
      'Microsoft’s token endpoint',
      'keys of Microsoft’s ID tokens',
      'Microsoft’s metadata, by `/ready` only',
    ])
  })

  test('follow the environments, and never those that are not served', () => {
    const production = namesOf({ ENVIRONMENTS: 'production' })
    expect(production).toContain('clientcenter.api.bingads.microsoft.com')
    expect(production.filter((host) => host.includes('sandbox'))).toEqual([])
    expect(namesOf()).toContain('clientcenter.api.sandbox.bingads.microsoft.com')
  })

  test('include Google’s only where people can sign in with Google', () => {
    const google = (settings?: Record<string, string>) =>
      namesOf(settings).filter((host) => host.includes('google'))
    expect(google()).toEqual([])
    expect(google({ SANDBOX_GOOGLE_CLIENT_ID: '1234.apps.googleusercontent.com' })).toEqual([
      'oauth2.googleapis.com',
      'www.googleapis.com',
      'accounts.google.com',
    ])
  })

  test('follow every setting that names one', () => {
    const names = namesOf({
      TABLES_ENDPOINT: 'https://mine.table.core.windows.net',
      KEY_VAULT_URL: 'https://main.vault.azure.net',
      GRANT_VAULT_URLS: 'https://one.vault.azure.net,https://two.vault.azure.net',
      READ_ONLY_GRANT_VAULT_URLS: 'https://lost.vault.azure.net',
      AzureWebJobsStorage__queueServiceUri: 'https://mine.queue.core.windows.net',
      AzureWebJobsStorage__blobServiceUri: 'https://mine.blob.core.windows.net',
      PRODUCTION_MICROSOFT_AUTHORITY: 'https://login.example/common',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'https://collector.example:4318',
      APPLICATIONINSIGHTS_CONNECTION_STRING:
        'InstrumentationKey=x;IngestionEndpoint=https://here-5.in.applicationinsights.azure.com/',
    })
    expect(names).toEqual(
      expect.arrayContaining([
        ...['mine.table.core.windows.net', 'mine.queue.core.windows.net', 'mine.blob.core.windows.net'],
        ...['main.vault.azure.net', 'one.vault.azure.net', 'two.vault.azure.net'],
        ...[
          'lost.vault.azure.net',
          'login.example',
          'collector.example:4318',
          'here-5.in.applicationinsights.azure.com',
        ],
      ]),
    )
  })

  test('say in the doctor’s list which ones can be missing', () => {
    const lines = toOutgoingTable(hostsOf({ OTEL_EXPORTER_OTLP_ENDPOINT: 'https://collector.example:4318' }))
    expect(lines).toMatch(/^ {2}collector\.example:4318 +the OpenTelemetry collector \(optional\)$/m)
    expect(lines).toMatch(/^ {2}account\.table\.core\.windows\.net +Table Storage$/m)
  })
})
