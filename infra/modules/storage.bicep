metadata description = 'The storage account: the host’s blobs and queues, the broker’s tables. No shared keys, no public blobs.'

import { givenDnsZones, resourceTags } from 'types.bicep'

// Role assignments
// | who          | role                           | on          | why                                                          |
// | the identity | Storage Blob Data Owner        | the account | the host keeps timer leases and keys there, reads the package |
// | the identity | Storage Queue Data Contributor | the account | a long sweep hands shards over as messages; poison queue      |
// | the identity | Storage Table Data Contributor | the account | the broker's state                                            |

param name string
param location string
param tags resourceTags
param sku string
param identityName string
param principalId string
param workspaceId string
param auditLogs bool
param lock bool
param tablesPrefix string
param privateNetworking bool
param allowedIpRanges string[]
param endpointSubnetId string?
param dnsZoneIds givenDnsZones?
param hasDnsRecords bool

var storageBlobDataOwner = 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b'
var storageQueueDataContributor = '974c5e8b-45b9-4653-ba55-5f855dd0fb88'
var storageTableDataContributor = '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3'
// Nothing else creates them; the code lists them in shared/storage/clients.ts and shared/operations/runSweep.ts.
var tableNames = ['Tenants', 'TenantsByWorkspace', 'RefreshDue', 'SignIns', 'BrokerState']
var queueNames = ['refresh-chunks', 'refresh-chunks-poison']
var roles = [storageBlobDataOwner, storageQueueDataContributor, storageTableDataContributor]
var logs = auditLogs ? [{ categoryGroup: 'audit', enabled: true }] : []
var metrics = [{ category: 'Transaction', enabled: true }]

resource account 'Microsoft.Storage/storageAccounts@2025-06-01' = {
  name: name
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: { name: sku }
  properties: {
    allowSharedKeyAccess: false
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    // Built-in policies demand it. It restricts nothing: shared keys are off, and other signatures last seven days at most.
    sasPolicy: { sasExpirationPeriod: '7.00:00:00', expirationAction: 'Block' }
    publicNetworkAccess: privateNetworking && empty(allowedIpRanges) ? 'Disabled' : 'Enabled'
    networkAcls: {
      bypass: 'None'
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

    resource packages 'containers' = {
      name: 'app-package'
      properties: { publicAccess: 'None' }
    }
  }

  resource queues 'queueServices' = {
    name: 'default'

    resource each 'queues' = [for queue in queueNames: { name: queue }]
  }

  resource tables 'tableServices' = {
    name: 'default'

    resource each 'tables' = [for table in tableNames: { name: '${tablesPrefix}${table}' }]
  }
}

resource assignments 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for role in roles: {
    scope: account
    name: guid(account.id, identityName, role)
    properties: {
      principalId: principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role)
    }
  }
]

resource deletionLock 'Microsoft.Authorization/locks@2020-05-01' = if (lock) {
  scope: account
  name: 'keep'
  properties: {
    level: 'CanNotDelete'
    notes: 'Holds the tenants and, sealed, their tokens. Take the lock away before you delete it.'
  }
}

resource blobDiagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: account::blobs
  name: 'to-log-analytics'
  properties: { workspaceId: workspaceId, logs: logs, metrics: metrics }
}

resource queueDiagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: account::queues
  name: 'to-log-analytics'
  properties: { workspaceId: workspaceId, logs: logs, metrics: metrics }
}

resource tableDiagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: account::tables
  name: 'to-log-analytics'
  properties: { workspaceId: workspaceId, logs: logs, metrics: metrics }
}

module endpoints 'privateEndpoint.bicep' = [
  for service in ['blob', 'queue', 'table']: if (privateNetworking) {
    params: {
      name: 'pe-${name}-${service}'
      location: location
      tags: tags
      targetId: account.id
      groupId: service
      subnetId: endpointSubnetId ?? ''
      hasDnsRecord: hasDnsRecords
      dnsZoneId: dnsZoneIds[?service] ?? ''
    }
  }
]

output packageContainerUrl string = '${account.properties.primaryEndpoints.blob}${account::blobs::packages.name}'
output endpoints { blob: string, queue: string, table: string } = {
  blob: account.properties.primaryEndpoints.blob
  queue: account.properties.primaryEndpoints.queue
  table: account.properties.primaryEndpoints.table
}
