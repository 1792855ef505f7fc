metadata description = 'One vault: RBAC, purge protection, soft delete; the broker’s own secrets, or tenants’ grants.'

import { resourceTags } from 'types.bicep'

// Role assignments
// | who          | role                      | on                 | why                                                       |
// | the identity | Key Vault Secrets User    | the broker's vault | reads client secrets, developer tokens, sealing keys       |
// | the identity | Key Vault Secrets Officer | each grant vault   | writes, reads, lists and deletes refresh tokens; it can    |
// |              |                           |                    | change no access and, under purge protection, purge nothing |
// | the operator | Key Vault Secrets Officer | the broker's vault | sets and rotates the secrets that the app only reads        |

param name string
param location string
param tags resourceTags
@allowed(['read', 'write'])
param appRole string
param identityName string
param appPrincipalId string
param operatorPrincipalId string = ''
param operatorPrincipalType string = 'User'
param recover bool
param lock bool
param workspaceId string
param privateNetworking bool
param allowedIpRanges string[]
param endpointSubnetId string?
param dnsZoneId string?
param hasDnsRecords bool

var keyVaultSecretsUser = '4633458b-17de-408a-b874-0445c86b69e6'
var keyVaultSecretsOfficer = 'b86a8fe4-44ce-4948-aee5-eccb2c155cd7'
var appRoleId = appRole == 'write' ? keyVaultSecretsOfficer : keyVaultSecretsUser

resource vault 'Microsoft.KeyVault/vaults@2026-02-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    tenantId: tenant().tenantId
    sku: { family: 'A', name: 'standard' }
    createMode: recover ? 'recover' : 'default'
    enableRbacAuthorization: true
    enableSoftDelete: true
    softDeleteRetentionInDays: 90
    enablePurgeProtection: true
    publicNetworkAccess: privateNetworking && empty(allowedIpRanges) ? 'Disabled' : 'Enabled'
    networkAcls: {
      bypass: 'None'
      defaultAction: privateNetworking ? 'Deny' : 'Allow'
      ipRules: [for range in allowedIpRanges: { value: range }]
    }
  }
}

resource appAssignment 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: vault
  name: guid(vault.id, identityName, appRoleId)
  properties: {
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', appRoleId)
  }
}

resource operatorAssignment 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(operatorPrincipalId)) {
  scope: vault
  name: guid(vault.id, operatorPrincipalId, keyVaultSecretsOfficer)
  properties: {
    principalId: operatorPrincipalId
    principalType: operatorPrincipalType
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', keyVaultSecretsOfficer)
  }
}

resource deletionLock 'Microsoft.Authorization/locks@2020-05-01' = if (lock) {
  scope: vault
  name: 'keep'
  properties: {
    level: 'CanNotDelete'
    notes: 'Holds secrets that advertisers would have to sign in again for. Take the lock away before you delete it.'
  }
}

resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: vault
  name: 'to-log-analytics'
  properties: {
    workspaceId: workspaceId
    logs: [{ categoryGroup: 'audit', enabled: true }]
    metrics: [{ category: 'AllMetrics', enabled: true }]
  }
}

module endpoint 'privateEndpoint.bicep' = if (privateNetworking) {
  params: {
    name: 'pe-${name}'
    location: location
    tags: tags
    targetId: vault.id
    groupId: 'vault'
    subnetId: endpointSubnetId ?? ''
    hasDnsRecord: hasDnsRecords
    dnsZoneId: dnsZoneId ?? ''
  }
}

output id string = vault.id
output name string = vault.name
output url string = vault.properties.vaultUri
