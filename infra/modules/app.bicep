metadata description = 'The Flex Consumption plan and the function app on it.'

import { resourceTags } from 'types.bicep'

param name string
param planName string
param location string
param tags resourceTags
param identityId string
param packageContainerUrl string
param subnetId string?
param nodeVersion string
param instanceMemoryMB int
param maximumInstanceCount int
param httpConcurrency int
param alwaysReadyInstances int
param siteUpdateStrategy string
param zoneRedundant bool
param workspaceId string
param frontDoorIds string[]
param frontIpRanges string[]
param siteScopedCertificates bool

// The header is compared by the platform. Without it, anyone's Front Door could pass requests.
var frontDoors = empty(frontDoorIds)
  ? []
  : [
      {
        name: 'front-door'
        priority: 100
        action: 'Allow'
        tag: 'ServiceTag'
        ipAddress: 'AzureFrontDoor.Backend'
        headers: { 'x-azure-fdid': frontDoorIds }
      }
    ]
var fronts = [
  for (range, index) in frontIpRanges: {
    name: 'front-${index}'
    priority: 200 + index
    action: 'Allow'
    ipAddress: contains(range, '/') ? range : '${range}/32'
  }
]
// Publishing has a host name of its own, which takes only Entra tokens.
var restrictions = empty(frontDoorIds) && empty(frontIpRanges)
  ? {}
  : {
      ipSecurityRestrictionsDefaultAction: 'Deny'
      ipSecurityRestrictions: concat(frontDoors, fronts)
      scmIpSecurityRestrictionsUseMain: false
      scmIpSecurityRestrictionsDefaultAction: 'Allow'
    }

resource plan 'Microsoft.Web/serverfarms@2025-03-01' = {
  name: planName
  location: location
  tags: tags
  kind: 'functionapp'
  sku: { name: 'FC1', tier: 'FlexConsumption' }
  properties: { reserved: true, zoneRedundant: zoneRedundant }
}

resource app 'Microsoft.Web/sites@2025-03-01' = {
  name: name
  location: location
  // azd finds its target app by this tag.
  tags: union(tags, { 'azd-service-name': 'broker' })
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${identityId}': {} }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    clientAffinityEnabled: false
    // Advertisers' browsers must reach it, regardless of the networking behind it.
    publicNetworkAccess: 'Enabled'
    virtualNetworkSubnetId: subnetId
    // Only new apps take it (azure-functions/flex-consumption-how-to); not in Bicep's types.
    #disable-next-line BCP037
    siteScopedCertificatesEnabled: siteScopedCertificates
    siteConfig: {
      minTlsVersion: '1.2'
      scmMinTlsVersion: '1.2'
      http20Enabled: true
      ...restrictions
    }
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: packageContainerUrl
          authentication: { type: 'UserAssignedIdentity', userAssignedIdentityResourceId: identityId }
        }
      }
      runtime: { name: 'node', version: nodeVersion }
      // Exists since API 2023-12-01 (functions/flex-consumption-site-updates), but not in Bicep's types.
      #disable-next-line BCP037
      siteUpdateStrategy: { type: siteUpdateStrategy }
      scaleAndConcurrency: {
        instanceMemoryMB: instanceMemoryMB
        maximumInstanceCount: maximumInstanceCount
        triggers: { http: { perInstanceConcurrency: httpConcurrency } }
        alwaysReady: alwaysReadyInstances > 0 ? [{ name: 'http', instanceCount: alwaysReadyInstances }] : []
      }
    }
  }

  // Publishing requires an Entra token, and FTP is disabled: Flex Consumption refuses `ftpsState`.
  resource scmPassword 'basicPublishingCredentialsPolicies' = {
    name: 'scm'
    properties: { allow: false }
  }

  resource ftpPassword 'basicPublishingCredentialsPolicies' = {
    name: 'ftp'
    properties: { allow: false }
  }
}

resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: app
  name: 'to-log-analytics'
  properties: {
    workspaceId: workspaceId
    // Logs already arrive through Application Insights; a second copy would only cost.
    metrics: [{ category: 'AllMetrics', enabled: true }]
  }
}

output name string = app.name
output domainVerificationId string = app.properties.customDomainVerificationId
output hostName string = app.properties.defaultHostName
