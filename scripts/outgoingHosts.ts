import { serviceNames, services, serviceUrl } from '../shared/advertising/services.ts'
import type { Config } from '../shared/config.ts'
import { createSignInTable } from '../shared/identity/signInTable.ts'
import { callerMetadata } from '../shared/ready/callerIssuers.ts'
import { metadataUrl, signInRows } from '../shared/ready/signIns.ts'

/** A host that the broker calls. */
export interface OutgoingHost {
  /** With its port unless that's 443. */
  readonly host: string
  /** What for; one for each use. */
  readonly purposes: readonly string[]
  /** Whether everything works without it. */
  readonly isOptional: boolean
}

interface Use {
  readonly url: string
  readonly purpose: string
  readonly isOptional?: boolean
}

/**
 * The hosts that the broker calls with these settings, in the order in which a first vend needs them. The managed
 * identity's endpoint is on the instance itself, and people's browsers reach sign-in pages by themselves.
 */
export function outgoingHosts(config: Config): OutgoingHost[] {
  const uses = [
    ...storageUses(config),
    ...callerUses(config),
    ...signInUses(config),
    ...advertisingUses(config),
    ...downloadUses(config),
    ...telemetryUses(config),
  ]
  const hosts = Map.groupBy(uses, ({ url }) => new URL(url).host)
  return [...hosts].map(([host, own]) => ({
    host,
    purposes: [...new Set(own.map(({ purpose }) => purpose))],
    isOptional: own.every(({ isOptional }) => isOptional),
  }))
}

function storageUses({ tables, vault, host }: Config): Use[] {
  const tablesUrl = tables.endpoint ?? tables.connectionString?.match(/TableEndpoint=([^;]+)/i)?.[1]
  return [
    ...(tablesUrl ? [{ url: tablesUrl, purpose: 'Table Storage' }] : []),
    { url: vault.url, purpose: 'the vault of the broker’s own secrets' },
    ...[...vault.grantUrls, ...vault.readOnlyGrantUrls].map((url) => ({ url, purpose: 'a vault of grants' })),
    ...(host.queueUrl ? [{ url: host.queueUrl, purpose: 'the queue of the Functions host' }] : []),
    ...(host.blobUrl
      ? [{ url: host.blobUrl, purpose: 'timer locks and the package, by the Functions host' }]
      : []),
  ]
}

function callerUses({ callerIssuers }: Config): Use[] {
  return callerIssuers.flatMap((issuer) => [
    { url: issuer.jwksUrl, purpose: 'keys of an issuer of apps’ tokens' },
    {
      url: callerMetadata(issuer).url,
      purpose: 'metadata of an issuer of apps’ tokens, by `/ready` only',
      isOptional: true,
    },
    ...(issuer.tokenUrl
      ? [
          {
            url: issuer.tokenUrl,
            purpose: 'token endpoint of an issuer of apps’ tokens, for tools that send a client secret',
            isOptional: true,
          },
        ]
      : []),
  ])
}

function signInUses(config: Config): Use[] {
  return signInRows(config, createSignInTable(config)).flatMap((row) => {
    const of = row.identityProvider === 'google' ? 'Google' : 'Microsoft'
    return [
      { url: row.tokenUrl(row.signInTenant), purpose: `${of}’s token endpoint` },
      { url: row.jwksUrl, purpose: `keys of ${of}’s ID tokens` },
      { url: metadataUrl(row), purpose: `${of}’s metadata, by \`/ready\` only`, isOptional: true },
    ]
  })
}

/** Users and accounts are read there, so connecting needs it; the others are for passed-through calls alone. */
const discoveryHost = services.customerManagement.host

function advertisingUses({ environments }: Config): Use[] {
  return [...environments.values()].flatMap((each) =>
    serviceNames.map((name) => ({
      url: serviceUrl(each, name),
      purpose:
        services[name].host === discoveryHost
          ? `Microsoft Advertising, ${each.environment}: users and accounts, and passed-through calls`
          : `Microsoft Advertising, ${each.environment}: passed-through calls`,
      isOptional: services[name].host !== discoveryHost,
    })),
  )
}

function downloadUses({ downloads }: Config): Use[] {
  return downloads.hosts.map((host) => ({
    url: `https://${host}`,
    purpose: 'files of reports; for a host that isn’t listed, apps get the address',
    isOptional: true,
  }))
}

/** Where an exporter writes if the connection string names no ingestion endpoint. */
const defaultIngestion = 'https://dc.services.visualstudio.com'

/** The exporter's own statistics, by region, and its settings (`@azure/monitor-opentelemetry-exporter`). */
const exportersOwn: readonly string[] = [
  'https://westeurope-5.in.applicationinsights.azure.com',
  'https://westus-0.in.applicationinsights.azure.com',
  'https://settings.sdk.monitor.azure.com',
]

function telemetryUses({ telemetry }: Config): Use[] {
  const { insightsConnectionString: connection, otlpEndpoint } = telemetry
  const ingestion = connection?.match(/IngestionEndpoint=([^;]+)/i)?.[1] ?? defaultIngestion
  return [
    ...(connection
      ? [
          { url: ingestion, purpose: 'Application Insights; without it, alerts are silent' },
          ...exportersOwn.map((url) => ({
            url,
            purpose: 'the Application Insights exporter’s own statistics and settings',
            isOptional: true,
          })),
        ]
      : []),
    ...(otlpEndpoint
      ? [{ url: otlpEndpoint, purpose: 'the OpenTelemetry collector', isOptional: true }]
      : []),
  ]
}
