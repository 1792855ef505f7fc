metadata description = 'One private endpoint and its name in the private DNS zone.'

import { resourceTags } from 'types.bicep'

param name string
param location string
param tags resourceTags
param targetId string
param groupId string
param subnetId string
@description('If false, a policy creates the record.')
param hasDnsRecord bool
param dnsZoneId string

resource endpoint 'Microsoft.Network/privateEndpoints@2025-05-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    subnet: { id: subnetId }
    privateLinkServiceConnections: [
      { name: groupId, properties: { privateLinkServiceId: targetId, groupIds: [groupId] } }
    ]
  }

  resource dns 'privateDnsZoneGroups' = if (hasDnsRecord) {
    name: 'default'
    properties: {
      privateDnsZoneConfigs: [{ name: groupId, properties: { privateDnsZoneId: dnsZoneId } }]
    }
  }
}
