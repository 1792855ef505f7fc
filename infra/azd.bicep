metadata description = 'What `azd up` deploys: a resource group of the environment’s name, and main.bicep in it.'

targetScope = 'subscription'

@description('The azd environment; part of every name.')
@minLength(2)
@maxLength(24)
param environmentName string

@description('Region of the resource group and all in it.')
@metadata({ azd: { type: 'location' } })
param location string

@description('Client id of the Entra registration that advertisers consent to in production.')
param productionMicrosoftClientId string

@description('Client id of the broker’s own API registration.')
param apiClientId string

@description('Where browsers and apps reach the broker. Empty means the app’s own host name.')
param publicUrl string

@description('Who may set the broker’s own secrets; azd gives the person who runs it.')
param principalId string

@description('What `principalId` is.')
@allowed(['User', 'Group', 'ServicePrincipal'])
param principalType string

@description('How the broker proves itself to Microsoft’s token endpoint.')
@allowed(['secret', 'certificate', 'managedIdentity'])
param clientAuthentication string

@description('Mail addresses that alerts go to.')
param alertEmails string[]

var tags = { 'azd-env-name': environmentName }

resource group 'Microsoft.Resources/resourceGroups@2025-04-01' = {
  name: 'rg-${environmentName}'
  location: location
  tags: tags
}

module broker 'main.bicep' = {
  scope: group
  params: {
    name: environmentName
    location: location
    productionMicrosoftClientId: productionMicrosoftClientId
    apiClientId: apiClientId
    publicUrl: publicUrl
    operatorPrincipalId: principalId
    operatorPrincipalType: principalType
    clientAuthentication: clientAuthentication
    alertEmails: alertEmails
    tags: tags
  }
}

@description('The resource group that azd deploys to.')
output AZURE_RESOURCE_GROUP string = group.name

@description('The function app that azd deploys to.')
output SERVICE_BROKER_NAME string = broker.outputs.SERVICE_BROKER_NAME

@description('Where the broker answers.')
output BROKER_URL string = broker.outputs.BROKER_URL

@description('The redirect URI to register under Web.')
output REDIRECT_URI string = broker.outputs.REDIRECT_URI

@description('The vault that takes client secrets, developer tokens and sealing keys.')
output KEY_VAULT_NAME string = broker.outputs.KEY_VAULT_NAME

@description('Object id of the app’s identity: the subject of a federated credential.')
output IDENTITY_PRINCIPAL_ID string = broker.outputs.IDENTITY_PRINCIPAL_ID
