/** A setting that the Functions host, Node, or the Azure libraries read; the broker itself never does. */
interface HostSetting {
  readonly readBy: string
  readonly meaning: string
  /** The value from deployment or the local stack. */
  readonly example: string
}

/**
 * The settings besides the broker's own, in `local.settings.sample.json` and on Azure
 * (`infra/modules/appSettings.bicep`).
 */
export const hostSettings: Readonly<Record<string, HostSetting>> = {
  FUNCTIONS_WORKER_RUNTIME: {
    readBy: 'Functions host',
    meaning:
      'Which language worker runs the app. Local only: on Flex Consumption the site’s own configuration says it.',
    example: 'node',
  },
  AzureWebJobsStorage: {
    readBy: 'Functions host',
    meaning:
      'The host’s own storage: the timer’s lock and last runs, and the queue of shards that a sweep hands over. On Azure it is reached by identity, with the settings below instead.',
    example: 'UseDevelopmentStorage=true',
  },
  AzureWebJobsStorage__credential: {
    readBy: 'Functions host',
    meaning: 'That its storage is reached with a managed identity.',
    example: 'managedidentity',
  },
  AzureWebJobsStorage__clientId: {
    readBy: 'Functions host',
    meaning: 'Client id of that identity.',
    example: '00001111-aaaa-2222-bbbb-3333cccc4444',
  },
  AzureWebJobsStorage__blobServiceUri: {
    readBy: 'Functions host; `/ready`, to name it',
    meaning: 'Blobs of its storage: timer locks, and the deployed package.',
    example: 'https://account.blob.core.windows.net',
  },
  AzureWebJobsStorage__queueServiceUri: {
    readBy: 'Functions host; `/ready`, to look whether the queue is there',
    meaning: 'Queues of its storage.',
    example: 'https://account.queue.core.windows.net',
  },
  AzureWebJobsStorage__tableServiceUri: {
    readBy: 'Functions host',
    meaning: 'Tables of its storage, for its own diagnostic events.',
    example: 'https://account.table.core.windows.net',
  },
  APPLICATIONINSIGHTS_AUTHENTICATION_STRING: {
    readBy: 'Functions host',
    meaning: 'That the host’s own telemetry is sent with the managed identity too.',
    example: 'ClientId=00001111-aaaa-2222-bbbb-3333cccc4444;Authorization=AAD',
  },
  OTEL_TRACES_SAMPLER: {
    readBy: 'Functions host',
    meaning: 'How it decides which traces are kept; the broker follows.',
    example: 'microsoft.fixed_percentage',
  },
  OTEL_TRACES_SAMPLER_ARG: {
    readBy: 'Functions host',
    meaning: 'The share of traces that are kept (parameter `traceSampling` of a deployment).',
    example: '1.0',
  },
  WEBSITE_SITE_NAME: {
    readBy: '`/ready`, to name it',
    meaning: 'The function app. App Service sets it.',
    example: 'func-msads',
  },
  WEBSITE_RESOURCE_GROUP: {
    readBy: '`/ready`, to name it',
    meaning: 'Its resource group. App Service sets it.',
    example: 'rg-msads',
  },
  IDENTITY_ENDPOINT: {
    readBy: '`@azure/identity`',
    meaning:
      'The endpoint for the managed identity’s tokens. App Service sets it; the local stack has its own.',
    example: 'http://127.0.0.1:8441/msi/token',
  },
  IDENTITY_HEADER: {
    readBy: '`@azure/identity`',
    meaning: 'The secret for that endpoint. App Service sets a new one at each start.',
    example: 'local-identity-header',
  },
  NODE_EXTRA_CA_CERTS: {
    readBy: 'Node, at its start only',
    meaning:
      'A PEM file of additional authorities to trust. Local only: the certificate of the vault stand-ins.',
    example: '.local/certificate/ca.pem',
  },
  OTEL_BSP_SCHEDULE_DELAY: {
    readBy: 'OpenTelemetry',
    meaning: 'Milliseconds between exports of traces.',
    example: '250',
  },
}
