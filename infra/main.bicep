metadata name = 'Microsoft Advertising token broker'
metadata description = 'One broker: function app, identity, storage, vaults, monitoring, alerts.'

import { brokerSettings, callerIssuer, resourceTags, workspace } from 'modules/types.bicep'

targetScope = 'resourceGroup'

// --- Required parameters ------------------------------------------------------------------------------------------

@description('Short name of this broker; part of every resource name.')
@minLength(2)
@maxLength(24)
param name string = 'msads-broker'

@description('Client id of the Entra registration that advertisers consent to in production. Refused as empty when production is served.')
param productionMicrosoftClientId string = ''

@description('The same for the sandbox. Refused as empty when the sandbox is served.')
param sandboxMicrosoftClientId string = ''

@description('Client id of the broker’s own API registration: the audience of the apps’ tokens. Refused as empty unless `callerIssuers` is given.')
param apiClientId string = ''

// --- Optional parameters ------------------------------------------------------------------------------------------

@description('Region of every resource; must offer Flex Consumption (`az functionapp list-flexconsumption-locations`).')
param location string = resourceGroup().location

@description('The Microsoft Advertising environments served.')
param environments ('production' | 'sandbox')[] = ['production']

@description('Where browsers and apps reach the broker, e.g. a custom domain. Empty means the app’s own host name.')
param publicUrl string = ''

@description('Return URLs of each workspace and, where several apps share one, their ids (setting `WORKSPACES`).')
param workspaces workspace[] = []

@description('Who may issue the apps’ tokens. Empty means this directory, for `apiClientId`. Several issuers each need a `namespace`, which is put before the ids of their apps (`partner:<app id>`); one may be empty (setting `CALLER_ISSUERS`).')
param callerIssuers callerIssuer[] = []

@description('How the broker proves itself to Microsoft’s token endpoint (docs/deploy.md).')
@allowed(['secret', 'certificate', 'managedIdentity'])
param clientAuthentication string = 'secret'

@description('Client ids of the Google OAuth clients; empty means that nobody connects through Google.')
param googleClientIds { production: string?, sandbox: string? } = {}

@description('When the sweep runs: NCRONTAB with seconds, UTC.')
param refreshSchedule string = '0 */5 * * * *'

@description('Further broker settings by their own names (docs/settings.md); all have defaults.')
param settings brokerSettings = {}

@description('Node.js major version.')
@allowed(['24', '22'])
param nodeMajorVersion string = '24'

@description('Memory of one instance in MB.')
@allowed([512, 2048, 4096])
param instanceMemoryMB int = 2048

@description('The most instances the app may grow to.')
@minValue(40)
@maxValue(1000)
param maximumInstanceCount int = 100

@description('HTTP instances that are kept running, so that no vend waits for a cold start. Billed all the time.')
@minValue(0)
@maxValue(100)
param alwaysReadyInstances int = 0

@description('Spreads the app over the region’s zones; where the region has them. Keeps two instances of each always-ready group at least.')
param zoneRedundant bool = false

@description('Vaults that tenants’ refresh tokens are spread over: one for each 30 refreshes a second. Never lower it: grants name their vault.')
@minValue(1)
@maxValue(20)
param grantVaultCount int = 1

@description('Names of vaults to recover: those that were deleted within the last 90 days and whose names the deployment finds taken.')
param recoverDeletedVaults string[] = []

@description('Locks storage and vaults against deletion. The person who deploys then needs Owner or User Access Administrator.')
param deletionLocks bool = false

@description('Redundancy of the storage account. Take Standard_LRS where the region has no zones, Standard_GZRS to outlive the region.')
@allowed(['Standard_LRS', 'Standard_ZRS', 'Standard_GRS', 'Standard_GZRS'])
param storageSku string = 'Standard_ZRS'

@description('Reaches storage and vaults over private endpoints in a virtual network of their own.')
param privateNetworking bool = false

@description('Address space of that network; a /24 is enough.')
param networkAddressPrefix string = '10.70.0.0/24'

@description('Public addresses that may still reach storage and vaults when networking is private, e.g. an operator’s.')
param allowedIpRanges string[] = []

@description('Object id of who sets the broker’s own secrets (client secrets, developer tokens, sealing keys): who deploys, unless told. Empty grants nobody.')
param operatorPrincipalId string = deployer().objectId

@description('What `operatorPrincipalId` is.')
@allowed(['User', 'Group', 'ServicePrincipal'])
param operatorPrincipalType string = 'User'

@description('Mail addresses that alerts go to.')
param alertEmails string[] = []

@description('Where the runbooks are read, e.g. `https://github.com/<owner>/<repository>/blob/main/docs/runbooks`. Empty means by their path in the repository.')
param runbooksUrl string = ''

@description('How many tenants may need a new sign-in within an hour before an alert says so.')
@minValue(0)
param reauthorizationThreshold int = 0

@description('The sweep is reported silent when none ended for so long; must exceed the schedule’s interval. Refreshes are reported late by the same measure, by half an hour at least.')
@allowed(['PT15M', 'PT30M', 'PT1H', 'PT6H', 'P1D'])
param sweepSilence string = 'PT30M'

@description('Days that logs are kept.')
@minValue(30)
@maxValue(730)
param logRetentionDays int = 90

@description('Logs taken in a day at most, in GB; -1 for no limit.')
param logDailyCapGb int = -1

@description('Which share of traces is kept, 0.0 to 1.0. Log lines and metrics are always kept whole (docs/cost.md).')
param traceSampling string = '1.0'

@description('Also logs every read, write and delete in storage: an audit trail that costs more than the storage.')
param storageAuditLogs bool = false

@description('Tags put on every resource.')
param tags resourceTags = {}

// --- Names --------------------------------------------------------------------------------------------------------

var token = uniqueString(subscription().id, resourceGroup().id, name)
var shortName = take(replace(toLower(name), '-', ''), 8)
var appName = 'func-${name}-${token}'
var vaultName = 'kv-${shortName}-${take(token, 10)}'
var grantVaultNames = [for index in range(1, grantVaultCount): 'kvg${index}-${shortName}-${take(token, 8)}']
var allTags = union(tags, { application: 'msads-token-broker', broker: name })
// With an empty client id, the broker would start and refuse every caller.
var productionClientId = contains(environments, 'production') && empty(productionMicrosoftClientId)
  ? fail('productionMicrosoftClientId is empty, and production is served (docs/deploy.md, step 1).')
  : productionMicrosoftClientId
var sandboxClientId = contains(environments, 'sandbox') && empty(sandboxMicrosoftClientId)
  ? fail('sandboxMicrosoftClientId is empty, and the sandbox is served (docs/deploy.md, step 1).')
  : sandboxMicrosoftClientId
var audience = empty(callerIssuers) && empty(apiClientId)
  ? fail('apiClientId is empty, and no callerIssuers are given: nobody could call (docs/deploy.md, step 1).')
  : apiClientId
var origin = empty(publicUrl) ? 'https://${app.outputs.hostName}' : publicUrl

// Role assignments are named after the identity's name: its principal id is known only at run time, and with such a
// name, what-if and the snapshots wouldn't include them.
resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: 'id-${name}-${token}'
  location: location
  tags: allTags
}

module monitoring 'modules/monitoring.bicep' = {
  params: {
    name: '${name}-${token}'
    location: location
    tags: allTags
    retentionDays: logRetentionDays
    dailyCapGb: logDailyCapGb
    identityName: identity.name
    principalId: identity.properties.principalId
    alertEmails: alertEmails
  }
}

module network 'modules/network.bicep' = if (privateNetworking) {
  params: {
    name: 'vnet-${name}-${token}'
    location: location
    tags: allTags
    addressPrefix: networkAddressPrefix
  }
}

module storage 'modules/storage.bicep' = {
  params: {
    name: 'st${shortName}${token}'
    location: location
    tags: allTags
    sku: storageSku
    identityName: identity.name
    principalId: identity.properties.principalId
    workspaceId: monitoring.outputs.workspaceId
    auditLogs: storageAuditLogs
    lock: deletionLocks
    tablesPrefix: settings.?TABLES_PREFIX ?? ''
    privateNetworking: privateNetworking
    allowedIpRanges: allowedIpRanges
    endpointSubnetId: network.?outputs.endpointSubnetId
    dnsZoneIds: network.?outputs.dnsZoneIds
  }
}

module vault 'modules/vault.bicep' = {
  params: {
    name: vaultName
    location: location
    tags: union(allTags, { holds: 'broker-secrets' })
    // Secrets User on the broker's own secrets: the app can read them, but never change them.
    appRole: 'read'
    identityName: identity.name
    appPrincipalId: identity.properties.principalId
    operatorPrincipalId: operatorPrincipalId
    operatorPrincipalType: operatorPrincipalType
    recover: contains(recoverDeletedVaults, vaultName)
    lock: deletionLocks
    workspaceId: monitoring.outputs.workspaceId
    privateNetworking: privateNetworking
    allowedIpRanges: allowedIpRanges
    endpointSubnetId: network.?outputs.endpointSubnetId
    dnsZoneId: network.?outputs.dnsZoneIds.vault
  }
}

@batchSize(5)
module grantVaults 'modules/vault.bicep' = [
  for grantVaultName in grantVaultNames: {
    params: {
      name: grantVaultName
      location: location
      tags: union(allTags, { holds: 'grants' })
      // Secrets Officer on the vaults for tenants' refresh tokens, which it writes, reads, and deletes. They contain
      // nothing else.
      appRole: 'write'
      identityName: identity.name
      appPrincipalId: identity.properties.principalId
      recover: contains(recoverDeletedVaults, grantVaultName)
      lock: deletionLocks
      workspaceId: monitoring.outputs.workspaceId
      privateNetworking: privateNetworking
      allowedIpRanges: allowedIpRanges
      endpointSubnetId: network.?outputs.endpointSubnetId
      dnsZoneId: network.?outputs.dnsZoneIds.vault
    }
  }
]

module app 'modules/app.bicep' = {
  params: {
    name: appName
    planName: 'plan-${name}-${token}'
    location: location
    tags: allTags
    identityId: identity.id
    packageContainerUrl: storage.outputs.packageContainerUrl
    subnetId: network.?outputs.appSubnetId
    nodeVersion: nodeMajorVersion
    instanceMemoryMB: instanceMemoryMB
    maximumInstanceCount: maximumInstanceCount
    alwaysReadyInstances: alwaysReadyInstances
    zoneRedundant: zoneRedundant
    workspaceId: monitoring.outputs.workspaceId
  }
}

module appSettings 'modules/appSettings.bicep' = {
  params: {
    appName: appName
    publicUrl: origin
    environments: environments
    microsoftClientIds: { production: productionClientId, sandbox: sandboxClientId }
    googleClientIds: googleClientIds
    apiClientId: audience
    callerIssuers: callerIssuers
    workspaces: workspaces
    clientAuthentication: clientAuthentication
    refreshSchedule: refreshSchedule
    settings: settings
    identityClientId: identity.properties.clientId
    storageEndpoints: storage.outputs.endpoints
    vaultUrl: vault.outputs.url
    grantVaultUrls: [for index in range(0, grantVaultCount): grantVaults[index].outputs.url]
    insightsConnectionString: monitoring.outputs.insightsConnectionString
    traceSampling: traceSampling
  }
}

module alerts 'modules/alerts.bicep' = {
  params: {
    prefix: 'alert-${name}'
    location: location
    tags: allTags
    insightsId: monitoring.outputs.insightsId
    vaultId: vault.outputs.id
    grantVaultIds: [for index in range(0, grantVaultCount): grantVaults[index].outputs.id]
    actionGroupId: monitoring.outputs.actionGroupId
    runbooksUrl: runbooksUrl
    reauthorizationThreshold: reauthorizationThreshold
    sweepSilence: sweepSilence
  }
}

module workbook 'modules/workbook.bicep' = {
  params: {
    displayName: 'Token broker: ${name}'
    location: location
    tags: allTags
    workbookName: guid(resourceGroup().id, name, 'workbook')
    insightsId: monitoring.outputs.insightsId
  }
}

@description('Name of the function app, for `func azure functionapp publish`.')
output AZURE_FUNCTION_NAME string = app.outputs.name

@description('The same for azd, by its convention.')
output SERVICE_BROKER_NAME string = app.outputs.name

@description('Where the broker answers: `npm run doctor -- --url` takes it.')
output BROKER_URL string = origin

@description('The redirect URI to register under Web.')
output REDIRECT_URI string = '${origin}/oauth/callback'

@description('The vault that takes client secrets, developer tokens and sealing keys.')
output KEY_VAULT_NAME string = vault.outputs.name

@description('Object id of the app’s identity: the subject of a federated credential.')
output IDENTITY_PRINCIPAL_ID string = identity.properties.principalId
