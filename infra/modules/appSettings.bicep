metadata description = 'The application settings: what the host needs, and the broker’s own by the names of shared/settings.ts.'

import { brokerSettings, callerIssuer, workspace } from 'types.bicep'

param appName string
param publicUrl string
param environments string[]
param microsoftClientIds { production: string, sandbox: string }
param googleClientIds { production: string?, sandbox: string? }
param apiClientId string
param callerIssuers callerIssuer[]
param workspaces workspace[]
param clientAuthentication string
param refreshSchedule string
param settings brokerSettings
param identityClientId string
param storageEndpoints { blob: string, queue: string, table: string }
param vaultUrl string
param grantVaultUrls string[]
param insightsConnectionString string
param traceSampling string

var authority = '${environment().authentication.loginEndpoint}${tenant().tenantId}'
var thisDirectory = [
  {
    issuer: '${authority}/v2.0'
    jwksUrl: '${authority}/discovery/v2.0/keys'
    audiences: [apiClientId, 'api://${apiClientId}']
  }
]

var hostSettings = {
  AzureWebJobsStorage__credential: 'managedidentity'
  AzureWebJobsStorage__clientId: identityClientId
  AzureWebJobsStorage__blobServiceUri: storageEndpoints.blob
  AzureWebJobsStorage__queueServiceUri: storageEndpoints.queue
  AzureWebJobsStorage__tableServiceUri: storageEndpoints.table
  APPLICATIONINSIGHTS_CONNECTION_STRING: insightsConnectionString
  APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identityClientId};Authorization=AAD'
  // The host decides for each trace and the broker follows; host.json's sampling does not apply to OpenTelemetry.
  OTEL_TRACES_SAMPLER: 'microsoft.fixed_percentage'
  OTEL_TRACES_SAMPLER_ARG: traceSampling
}

var requiredSettings = {
  PUBLIC_URL: publicUrl
  ENVIRONMENTS: join(environments, ',')
  TABLES_ENDPOINT: storageEndpoints.table
  KEY_VAULT_URL: vaultUrl
  GRANT_VAULT_URLS: join(grantVaultUrls, ',')
  AZURE_CLIENT_ID: identityClientId
  CALLER_ISSUERS: string(empty(callerIssuers) ? thisDirectory : callerIssuers)
  WORKSPACES: string(workspaces)
  CLIENT_AUTHENTICATION: clientAuthentication
  REFRESH_SCHEDULE: refreshSchedule
  // The broker treats empty as unset, and then names the missing settings of its environments.
  PRODUCTION_MICROSOFT_CLIENT_ID: microsoftClientIds.production
  SANDBOX_MICROSOFT_CLIENT_ID: microsoftClientIds.sandbox
  PRODUCTION_GOOGLE_CLIENT_ID: googleClientIds.?production ?? ''
  SANDBOX_GOOGLE_CLIENT_ID: googleClientIds.?sandbox ?? ''
}

resource app 'Microsoft.Web/sites@2025-03-01' existing = {
  name: appName

  // Separate from the site, because the default public URL is known only after the site exists.
  resource applicationSettings 'config' = {
    name: 'appsettings'
    properties: union(hostSettings, requiredSettings, settings)
  }
}
