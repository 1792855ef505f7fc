using 'main.bicep'

// An example of a broker with a domain and certificate of its own, in an existing network where an Azure Policy creates
// the endpoints' DNS records and the existing vault already has its endpoint.
var hub = '/subscriptions/00000000-0000-0000-0000-000000000003/resourceGroups/rg-hub/providers'
var subnets = '${hub}/Microsoft.Network/virtualNetworks/vnet-hub/subnets'

param productionMicrosoftClientId = '11111111-1111-1111-1111-111111111111'
param apiClientId = '33333333-3333-3333-3333-333333333333'
param operatorPrincipalId = '55555555-5555-5555-5555-555555555555'
param operatorPrincipalType = 'Group'
param privateNetworking = true
param publicUrl = 'https://broker.example.com'
param customDomain = 'broker.example.com'
param customDomainTls = true
param appSubnetId = '${subnets}/app'
param endpointSubnetId = '${subnets}/endpoints'
param privateDnsByPolicy = true
param keyVaultId = '${hub}/Microsoft.KeyVault/vaults/kv-hub'
param keyVaultEndpoint = false
param storageSku = 'Standard_GZRS'
param settings = { GRANT_STORE: 'sealed' }
param acceptSilentAlerts = true
