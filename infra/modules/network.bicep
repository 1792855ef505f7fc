metadata description = 'A network with a subnet for the app and one for private endpoints.'

import { resourceTags } from 'types.bicep'

param name string
param location string
param tags resourceTags
param addressPrefix string

resource network 'Microsoft.Network/virtualNetworks@2025-05-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    addressSpace: { addressPrefixes: [addressPrefix] }
  }

  resource appSubnet 'subnets' = {
    name: 'app'
    properties: {
      addressPrefix: cidrSubnet(addressPrefix, 25, 0)
      // Required by Flex Consumption; not Microsoft.Web/serverFarms.
      delegations: [{ name: 'flex', properties: { serviceName: 'Microsoft.App/environments' } }]
    }
  }

  resource endpointSubnet 'subnets' = {
    name: 'endpoints'
    properties: {
      addressPrefix: cidrSubnet(addressPrefix, 26, 2)
      privateEndpointNetworkPolicies: 'Disabled'
    }
    dependsOn: [appSubnet]
  }
}

output appSubnetId string = network::appSubnet.id
output endpointSubnetId string = network::endpointSubnet.id
output id string = network.id
