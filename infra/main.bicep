metadata name = 'Microsoft Advertising token broker'
metadata description = 'One broker: function app, identity, storage, vaults, monitoring, alerts.'

import {
  areHeardOf
  backupDaysOf
  backupLocationOf
  budgetStartOf
  hasOwnNetwork
  isClosedOf
  nameOf
  rangesOf
  storageSkuOf
  workspaceOf
  zonesOf
} from 'modules/refusals.bicep'
import { brokerSettings, callerIssuer, givenDnsZones, resourceTags, smsReceiver, workspace } from 'modules/types.bicep'

targetScope = 'resourceGroup'

// --- Required parameters ------------------------------------------------------------------------------------------

@description('Short name of this broker; part of every resource name.')
@minLength(2)
@maxLength(24)
param name string = 'msads-broker'

@description('Client id of the Entra registration that advertisers consent to in production. Required if production is served.')
param productionMicrosoftClientId string = ''

@description('Client id of the Entra registration for the sandbox. Required if the sandbox is served.')
param sandboxMicrosoftClientId string = ''

@description('Client id of the broker’s API registration: the audience of the apps’ tokens. Required unless `callerIssuers` is set.')
param apiClientId string = ''

// --- Optional parameters ------------------------------------------------------------------------------------------

@description('Region of all resources. It must offer Flex Consumption (`az functionapp list-flexconsumption-locations`).')
param location string = resourceGroup().location

@description('The Microsoft Advertising environments that the broker serves.')
param environments ('production' | 'sandbox')[] = ['production']

@description('URL at which browsers and apps reach the broker, for example a custom domain. If empty, the app’s host name.')
param publicUrl string = ''

@description('Return URLs of each workspace and, if several apps share it, their client ids (setting `WORKSPACES`).')
param workspaces workspace[] = []

@description('Who may issue the apps’ tokens. Empty means this directory, for `apiClientId`. Several issuers each need a `namespace`, which is put before the ids of their apps (`partner:<app id>`); one may be empty (setting `CALLER_ISSUERS`).')
param callerIssuers callerIssuer[] = []

@description('How the broker proves itself to Microsoft’s token endpoint (docs/deploy.md).')
@allowed(['secret', 'certificate', 'managedIdentity'])
param clientAuthentication string = 'secret'

@description('Client ids of the Google OAuth clients. If empty, connecting through Google is off.')
param googleClientIds { production: string?, sandbox: string? } = {}

@description('Schedule of the sweep: NCRONTAB with seconds, in UTC.')
param refreshSchedule string = '0 */5 * * * *'

@description('Further broker settings by their own names (docs/settings.md); all have defaults.')
param settings brokerSettings = {}

@description('Node.js major version.')
@allowed(['24', '22'])
param nodeMajorVersion string = '24'

@description('Memory of one instance in MB.')
@allowed([512, 2048, 4096])
param instanceMemoryMB int = 2048

@description('Number of HTTP requests that one instance takes at once before the platform adds another. 0 means what its memory carries: 50 at 512 MB, 200 at 2048 MB, 200 at 4096 MB (docs/scale.md).')
@minValue(0)
@maxValue(1000)
param httpConcurrency int = 0

@description('Maximum number of instances of each function group: HTTP, the timer, and each queue. Bursts of HTTP requests can exceed it, so it’s no limit on cost.')
@minValue(40)
@maxValue(1000)
param maximumInstanceCount int = 100

@description('Number of HTTP instances that always run, so that no vend waits for a cold start. They’re billed all the time. Not 1: while the platform replaces the only one, requests fail.')
@minValue(0)
@maxValue(100)
param alwaysReadyInstances int = 0

@description('What happens to running instances when the package or a setting changes: Recreate stops them immediately; RollingUpdate (in preview) drains them one batch after the other. Takes effect with the next update.')
@allowed(['Recreate', 'RollingUpdate'])
param siteUpdateStrategy string = 'Recreate'

@description('Spreads the app over the region’s availability zones, if it has them. Keeps at least two instances of each always-ready group.')
param zoneRedundant bool = false

@description('Number of vaults for tenants’ refresh tokens: one for every 30 refreshes a second. Never lower it, because each grant names its vault.')
@minValue(1)
@maxValue(20)
param grantVaultCount int = 1

@description('Names of deleted vaults to recover: those deleted within the last 90 days whose names this deployment uses again.')
param recoverDeletedVaults string[] = []

@description('Locks storage and vaults against deletion. The person who deploys then needs Owner or User Access Administrator.')
param deletionLocks bool = false

@description('Redundancy of the storage account. Use Standard_LRS in a region without availability zones, and Standard_GZRS to survive the loss of the region.')
@allowed(['Standard_LRS', 'Standard_ZRS', 'Standard_GRS', 'Standard_GZRS'])
param storageSku string = 'Standard_ZRS'

@description('Region of a second storage account, to which a timer copies the tables every `BACKUP_HOURS` hours (docs/recovery.md). If empty, none is created.')
param backupLocation string = ''

@description('Number of days after which a lifecycle rule deletes a backup. Must be below `BACKUP_RETENTION_DAYS`.')
@minValue(1)
@maxValue(3649)
param backupDays int = 30

@description('Number of days in which no one can change or delete a backup. 0 means no immutability policy. Microsoft says that lifecycle rules delete nothing in a container with one (docs/recovery.md).')
@minValue(0)
@maxValue(3649)
param backupImmutableDays int = 0

@description('Accepts `GRANT_STORE=sealed` without a copy in another region: if the region’s storage is lost, every advertiser signs in again.')
param acceptSealedWithoutCopy bool = false

@description('Connects to storage and vaults through private endpoints, in a new virtual network or in existing subnets.')
param privateNetworking bool = false

@description('Address space of a new virtual network. A /24 is enough.')
param networkAddressPrefix string = '10.70.0.0/24'

@description('Public IP addresses that can reach storage and vaults despite private networking, for example an operator’s.')
param allowedIpRanges string[] = []

@description('Resource id of an existing subnet for the app, delegated to Microsoft.App/environments and used by nothing else. If empty, private networking creates a network.')
param appSubnetId string = ''

@description('Resource id of an existing subnet for the private endpoints. Goes with `appSubnetId`.')
param endpointSubnetId string = ''

@description('Resource ids of existing private DNS zones: blob, queue, table, and vault. If empty, private networking creates zones and links them to the network.')
param privateDnsZoneIds givenDnsZones = {}

@description('With private networking, leaves the endpoints’ DNS records to an Azure Policy, and creates no zones.')
param privateDnsByPolicy bool = false

@description('Resource id of an existing vault for the broker’s own secrets; it must use RBAC. If empty, one is created. Grants always have vaults of their own.')
param keyVaultId string = ''

@description('With private networking, creates a private endpoint to the vault in `keyVaultId`. Use false if your network has one: two in the same DNS zone overwrite each other’s record.')
param keyVaultEndpoint bool = true

@description('IDs of the Front Door profiles that alone may reach the app (`az afd profile show --query frontDoorId`). If this and `frontIpRanges` are empty, everyone can (docs/front.md).')
@maxLength(8)
param frontDoorIds string[] = []

@description('Public addresses or ranges of another front that may reach the app, for example of an Application Gateway.')
param frontIpRanges string[] = []

@description('Your own domain at the app, with a CNAME and a TXT record in place (docs/deploy.md). Where a front has the domain, leave it empty.')
param customDomain string = ''

@description('Gets the managed certificate of `customDomain` and turns on TLS. Set it in a second deployment, and then keep it.')
param customDomainTls bool = false

@description('Lets the app hold certificates. Azure takes it only when an app is created.')
param siteScopedCertificates bool = true

@description('Object id of the principal that sets the broker’s own secrets (client secrets, developer tokens, sealing keys). Default is the deploying principal. If empty, no role is granted.')
param operatorPrincipalId string = deployer().objectId

@description('Type of the principal in `operatorPrincipalId`.')
@allowed(['User', 'Group', 'ServicePrincipal'])
param operatorPrincipalType string = 'User'

@description('Email addresses that alerts are sent to.')
param alertEmails string[] = []

@description('Webhooks that alerts are sent to, in the common alert schema. If a URL holds a key, set it through the environment variable instead of a file; everyone who can read the action group sees it.')
param alertWebhooks string[] = []

@description('Phones that alerts are sent to as SMS.')
param alertSms smsReceiver[] = []

@description('Resource ids of existing action groups that also get every alert.')
@maxLength(4)
param alertActionGroupIds string[] = []

@description('Accepts that alerts reach nobody.')
param acceptSilentAlerts bool = false

@description('Budget of the resource group in a month, in the currency of your bill. Alerts at 90 % spent and 100 % expected. 0 means none.')
@minValue(0)
param monthlyBudget int = 0

@description('First day of the month in which you set `monthlyBudget`, such as `2027-01-01`. Azure refuses to change it later.')
param budgetStart string = ''

@description('URL of the runbooks, for example `https://github.com/<owner>/<repository>/blob/main/docs/runbooks`. If empty, alerts name their path in the repository.')
param runbooksUrl string = ''

@description('Number of tenants that can need a new sign-in within an hour before an alert fires.')
@minValue(0)
param reauthorizationThreshold int = 0

@description('Time without a finished sweep after which an alert fires. It must exceed the schedule’s interval. Late refreshes are reported after the same time, but at least half an hour.')
@allowed(['PT15M', 'PT30M', 'PT1H', 'PT6H', 'P1D'])
param sweepSilence string = 'PT30M'

@description('Resource id of an existing Log Analytics workspace, which keeps its own retention and cap. If empty, one is created.')
param logAnalyticsWorkspaceId string = ''

@description('Retention of logs in days.')
@minValue(30)
@maxValue(730)
param logRetentionDays int = 90

@description('Daily cap of ingested logs in GB. -1 means no cap.')
param logDailyCapGb int = -1

@description('Share of traces to keep, 0.0 to 1.0. Log lines and metrics are never sampled (docs/cost.md).')
param traceSampling string = '1.0'

@description('Also logs every read, write, and delete in storage. This audit trail costs more than the storage itself.')
param storageAuditLogs bool = false

@description('Fingerprint of the template and its values, by which the workflow knows whether to provision again. Only the workflow sets it.')
param provisionedAs string = ''

@description('Tags of all resources.')
param tags resourceTags = {}

// --- Names --------------------------------------------------------------------------------------------------------

var brokerName = nameOf(name)
var token = uniqueString(subscription().id, resourceGroup().id, name)
var shortName = take(replace(toLower(brokerName), '-', ''), 8)
var appName = 'func-${name}-${token}'
var vaultName = 'kv-${shortName}-${take(token, 10)}'
var grantVaultNames = [for index in range(1, grantVaultCount): 'kvg${index}-${shortName}-${take(token, 8)}']
var readyInstances = alwaysReadyInstances == 1
  ? fail('alwaysReadyInstances is 1: whenever the platform replaces the only instance, requests fail. Use 0, or 2 or more.')
  : alwaysReadyInstances
// Measured: docs/scale.md.
var carriedRequests = { '512': 50, '2048': 200, '4096': 200 }
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
var sku = storageSkuOf(storageSku, settings.?GRANT_STORE ?? 'vault', acceptSealedWithoutCopy || !empty(backupLocation))
var backupRegion = backupLocationOf(backupLocation, location, settings.?BACKUP_CONTAINER_URL ?? '')
var makesBackups = !empty(backupRegion) || !empty(settings.?BACKUP_CONTAINER_URL ?? '')
var keptBackupDays = backupDaysOf(backupDays, backupImmutableDays, int(settings.?BACKUP_RETENTION_DAYS ?? '90'))
var ipRanges = rangesOf(allowedIpRanges, privateNetworking)
var hasNetwork = hasOwnNetwork(appSubnetId, endpointSubnetId, privateNetworking)
var givenNetworkId = split(appSubnetId, '/subnets/')[0]
var givenZones = zonesOf(privateDnsZoneIds, privateDnsByPolicy, privateNetworking)
var isClosed = isClosedOf(frontDoorIds, frontIpRanges, publicUrl)
var receivers = length(alertEmails) + length(alertSms) + length(alertWebhooks) + length(alertActionGroupIds)
var alertsAreHeard = areHeardOf(receivers, acceptSilentAlerts)
var domain = customDomainTls && empty(customDomain) ? fail('customDomainTls needs customDomain.') : customDomain
var vaultPath = split(keyVaultId, '/')
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
    // Refused here, because an output is read only when everything exists.
    alertEmails: alertsAreHeard ? alertEmails : []
    alertSms: alertSms
    alertWebhooks: alertWebhooks
    existingWorkspaceId: workspaceOf(logAnalyticsWorkspaceId, logRetentionDays, logDailyCapGb)
  }
}

module budget 'modules/budget.bicep' = if (monthlyBudget > 0) {
  params: {
    name: 'budget-${name}'
    amount: monthlyBudget
    start: budgetStartOf(monthlyBudget, budgetStart)
    emails: alertEmails
    actionGroupId: monitoring.outputs.actionGroupId
  }
}

module network 'modules/network.bicep' = if (privateNetworking && !hasNetwork) {
  params: {
    name: 'vnet-${name}-${token}'
    location: location
    tags: allTags
    addressPrefix: networkAddressPrefix
  }
}

module dns 'modules/dns.bicep' = if (privateNetworking && empty(givenZones) && !privateDnsByPolicy) {
  params: {
    linkName: hasNetwork ? last(split(givenNetworkId, '/'))! : 'vnet-${name}-${token}'
    networkId: hasNetwork ? givenNetworkId : network!.outputs.id
    tags: allTags
  }
}

var endpointSubnet = hasNetwork ? endpointSubnetId : network.?outputs.endpointSubnetId
var zoneIds = empty(givenZones) ? dns.?outputs.zoneIds : givenZones

module storage 'modules/storage.bicep' = {
  params: {
    name: 'st${shortName}${token}'
    location: location
    tags: allTags
    sku: sku
    identityName: identity.name
    principalId: identity.properties.principalId
    workspaceId: monitoring.outputs.workspaceId
    auditLogs: storageAuditLogs
    lock: deletionLocks
    tablesPrefix: settings.?TABLES_PREFIX ?? ''
    privateNetworking: privateNetworking
    allowedIpRanges: ipRanges
    endpointSubnetId: endpointSubnet
    dnsZoneIds: zoneIds
    hasDnsRecords: !privateDnsByPolicy
  }
}

module backups 'modules/backups.bicep' = if (!empty(backupRegion)) {
  params: {
    name: 'stb${shortName}${token}'
    location: backupRegion
    networkLocation: location
    tags: union(allTags, { holds: 'backups' })
    days: keptBackupDays
    immutableDays: backupImmutableDays
    identityName: identity.name
    principalId: identity.properties.principalId
    workspaceId: monitoring.outputs.workspaceId
    auditLogs: storageAuditLogs
    lock: deletionLocks
    privateNetworking: privateNetworking
    allowedIpRanges: ipRanges
    endpointSubnetId: endpointSubnet
    dnsZoneId: zoneIds.?blob
    hasDnsRecord: !privateDnsByPolicy
  }
}

module vault 'modules/vault.bicep' = if (empty(keyVaultId)) {
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
    allowedIpRanges: ipRanges
    endpointSubnetId: endpointSubnet
    dnsZoneId: zoneIds.?vault
    hasDnsRecords: !privateDnsByPolicy
  }
}

module givenVault 'modules/existingVault.bicep' = if (!empty(keyVaultId)) {
  scope: resourceGroup(vaultPath[?2] ?? subscription().subscriptionId, vaultPath[?4] ?? resourceGroup().name)
  params: {
    name: last(vaultPath)!
    identityName: identity.name
    appPrincipalId: identity.properties.principalId
    operatorPrincipalId: operatorPrincipalId
    operatorPrincipalType: operatorPrincipalType
  }
}

module givenVaultEndpoint 'modules/privateEndpoint.bicep' = if (!empty(keyVaultId) && privateNetworking && keyVaultEndpoint) {
  params: {
    name: 'pe-${last(vaultPath)}'
    location: location
    tags: allTags
    targetId: keyVaultId
    groupId: 'vault'
    subnetId: endpointSubnet ?? ''
    hasDnsRecord: !privateDnsByPolicy
    dnsZoneId: zoneIds.?vault ?? ''
  }
}

var secretsVaultUrl = empty(keyVaultId) ? vault!.outputs.url : givenVault!.outputs.url

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
      allowedIpRanges: ipRanges
      endpointSubnetId: endpointSubnet
      dnsZoneId: zoneIds.?vault
      hasDnsRecords: !privateDnsByPolicy
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
    subnetId: hasNetwork ? appSubnetId : network.?outputs.appSubnetId
    nodeVersion: nodeMajorVersion
    instanceMemoryMB: instanceMemoryMB
    maximumInstanceCount: maximumInstanceCount
    httpConcurrency: httpConcurrency == 0 ? carriedRequests[string(instanceMemoryMB)] : httpConcurrency
    siteUpdateStrategy: siteUpdateStrategy
    alwaysReadyInstances: readyInstances
    zoneRedundant: zoneRedundant
    workspaceId: monitoring.outputs.workspaceId
    frontDoorIds: isClosed ? frontDoorIds : []
    frontIpRanges: isClosed ? frontIpRanges : []
    siteScopedCertificates: siteScopedCertificates
  }
}

module appDomain 'modules/domain.bicep' = if (!empty(domain)) {
  params: {
    appName: appName
    location: location
    domain: domain
    tls: customDomainTls
  }
  dependsOn: [app]
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
    settings: union(settings, empty(backupRegion) ? {} : { BACKUP_CONTAINER_URL: backups!.outputs.containerUrl })
    identityClientId: identity.properties.clientId
    storageEndpoints: storage.outputs.endpoints
    vaultUrl: secretsVaultUrl
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
    ownVaultIds: empty(keyVaultId) ? [vault!.outputs.id] : []
    grantVaultIds: [for index in range(0, grantVaultCount): grantVaults[index].outputs.id]
    actionGroupIds: concat([monitoring.outputs.actionGroupId], alertActionGroupIds)
    runbooksUrl: runbooksUrl
    reauthorizationThreshold: reauthorizationThreshold
    sweepSilence: sweepSilence
    backupHours: makesBackups ? int(settings.?BACKUP_HOURS ?? '24') : 0
  }
}

module availability 'modules/availability.bicep' = {
  params: {
    prefix: 'alert-${name}'
    location: location
    tags: allTags
    insightsId: monitoring.outputs.insightsId
    actionGroupIds: concat([monitoring.outputs.actionGroupId], alertActionGroupIds)
    runbooksUrl: runbooksUrl
    origin: origin
    hasCanary: !empty(settings.?CANARY_TENANT ?? '')
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

@description('Name of the function app, in the form that azd expects.')
output SERVICE_BROKER_NAME string = app.outputs.name

@description('URL of the broker, for `npm run doctor -- --url`.')
output BROKER_URL string = origin

@description('The redirect URI to register under Web.')
output REDIRECT_URI string = '${origin}/oauth/callback'

@description('The redirect URI to register at Google, if advertisers sign in with Google accounts.')
output GOOGLE_REDIRECT_URI string = '${origin}/oauth/callback/google'

@description('Name of the vault for client secrets, developer tokens, and sealing keys.')
output KEY_VAULT_NAME string = empty(keyVaultId) ? vault!.outputs.name : last(vaultPath)!

@description('URL of that vault.')
output KEY_VAULT_URL string = secretsVaultUrl

@description('Object id of the app’s identity: the subject of a federated credential.')
output IDENTITY_PRINCIPAL_ID string = identity.properties.principalId

@description('Value of the TXT record `asuid.<subdomain>` that proves the ownership of `customDomain`.')
output DOMAIN_VERIFICATION_ID string = app.outputs.domainVerificationId

@description('False if alerts reach nobody.')
output ALERTS_ARE_HEARD bool = alertsAreHeard
output PROVISIONED_AS string = provisionedAs
