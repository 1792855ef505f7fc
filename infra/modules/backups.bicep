metadata description = 'A storage account in another region with one container, to which the broker copies its tables. No shared keys, no public blobs.'

import { resourceTags } from 'types.bicep'

// Role assignments
// | who          | role                          | on            | why                                             |
// | the identity | Storage Blob Data Contributor | the container | it adds each backup; soft-deleted blobs stay    |

param name string
param location string
@description('Region of the network, where the private endpoint is.')
param networkLocation string
param tags resourceTags
param days int
param immutableDays int
param identityName string
param principalId string
param workspaceId string
param auditLogs bool
param lock bool
param privateNetworking bool
param allowedIpRanges string[]
param endpointSubnetId string?
param dnsZoneId string?
param hasDnsRecord bool

var storageBlobDataContributor = 'ba92f5b4-2d11-453d-a403-e96b0029c9fe'

resource account 'Microsoft.Storage/storageAccounts@2025-06-01' = {
  name: name
  location: location
  tags: tags
  kind: 'StorageV2'
  // The tables are the first copy. Every region has LRS.
  sku: { name: 'Standard_LRS' }
  properties: {
    allowSharedKeyAccess: false
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    sasPolicy: { sasExpirationPeriod: '7.00:00:00', expirationAction: 'Block' }
    publicNetworkAccess: privateNetworking && empty(allowedIpRanges) ? 'Disabled' : 'Enabled'
    networkAcls: {
      // A firewall without this exception can block lifecycle rules (storage/blobs/lifecycle-management-overview).
      bypass: 'AzureServices'
      defaultAction: privateNetworking ? 'Deny' : 'Allow'
      ipRules: [for range in allowedIpRanges: { value: range, action: 'Allow' }]
    }
  }

  resource blobs 'blobServices' = {
    name: 'default'
    properties: {
      deleteRetentionPolicy: { enabled: true, days: 14 }
      containerDeleteRetentionPolicy: { enabled: true, days: 14 }
    }

    resource tables 'containers' = {
      name: 'tables'
      properties: { publicAccess: 'None' }

      // Unlocked: Resource Manager has no property that locks it (docs/recovery.md).
      resource immutability 'immutabilityPolicies' = if (immutableDays > 0) {
        name: 'default'
        properties: {
          immutabilityPeriodSinceCreationInDays: immutableDays
          allowProtectedAppendWrites: false
        }
      }
    }
  }

  resource lifecycle 'managementPolicies' = {
    name: 'default'
    properties: {
      policy: {
        rules: [
          {
            name: 'oldBackups'
            type: 'Lifecycle'
            enabled: true
            definition: {
              filters: { blobTypes: ['blockBlob'], prefixMatch: ['tables/'] }
              actions: { baseBlob: { delete: { daysAfterCreationGreaterThan: days } } }
            }
          }
        ]
      }
    }
    dependsOn: [blobs]
  }
}

resource assignment 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: account::blobs::tables
  name: guid(account.id, identityName, storageBlobDataContributor)
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', storageBlobDataContributor)
  }
}

resource deletionLock 'Microsoft.Authorization/locks@2020-05-01' = if (lock) {
  scope: account
  name: 'keep'
  properties: {
    level: 'CanNotDelete'
    notes: 'Holds the backups of the tables. Take the lock away before you delete it.'
  }
}

resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = if (auditLogs) {
  scope: account::blobs
  name: 'to-log-analytics'
  properties: { workspaceId: workspaceId, logs: [{ categoryGroup: 'audit', enabled: true }] }
}

module endpoint 'privateEndpoint.bicep' = if (privateNetworking) {
  params: {
    name: 'pe-${name}-blob'
    location: networkLocation
    tags: tags
    targetId: account.id
    groupId: 'blob'
    subnetId: endpointSubnetId ?? ''
    hasDnsRecord: hasDnsRecord
    dnsZoneId: dnsZoneId ?? ''
  }
}

output containerUrl string = '${account.properties.primaryEndpoints.blob}${account::blobs::tables.name}'
