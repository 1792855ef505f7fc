metadata description = 'The two Entra registrations: the sign-in app that advertisers consent to, and the broker’s own API.'

// Separate from main.bicep, because it needs the Microsoft Graph extension and directory rights (Application
// Administrator). The `az` commands in docs/deploy.md create the same objects from the same files in infra/entra.
// Graph can't create client secrets from a template; docs/deploy.md explains how to set up each method of client
// authentication.
extension 'br:mcr.microsoft.com/bicep/extensions/microsoftgraph/v1.0:1.0.0'

targetScope = 'resourceGroup'

@description('The same short name as in main.bicep.')
param name string = 'msads-broker'

@description('URL of the broker: output BROKER_URL of main.bicep. Empty until it is known. Given once, pass it with every later deployment that passes moreRedirectUris.')
param brokerUrl string = ''

@description('Additional redirect URIs, for example of a second region. With neither these nor brokerUrl, the registration keeps those that it has.')
param moreRedirectUris string[] = []

@description('Output IDENTITY_PRINCIPAL_ID of main.bicep. If set, the broker can use its managed identity instead of a client secret.')
param identityPrincipalId string = ''

@description('Public parts of the certificates (base64 DER), for clientAuthentication = certificate: the current one and, while you rotate, the next. With none, the registration keeps those that it has.')
param certificates string[] = []

@description('Service principals of the apps that can vend tokens and manage tenants.')
param appPrincipalIds string[] = []

@description('Service principals or users that can operate the broker.')
param operatorPrincipalIds string[] = []

var redirectUris = concat(empty(brokerUrl) ? [] : ['${brokerUrl}/oauth/callback'], moreRedirectUris)
// Microsoft Graph replaces a list that it is given, and leaves alone what isn't mentioned. So without redirect URIs,
// none are mentioned, and without certificates, neither are those.
var web = empty(redirectUris) ? {} : { redirectUris: redirectUris }
var signInName = '${name}-sign-in'
var signInDisplayName = 'Microsoft Advertising sign-in (${name})'
var appRoles = loadJsonContent('entra/appRoles.json')
var roleIds = toObject(appRoles, role => role.value, role => role.id)

resource signIn 'Microsoft.Graph/applications@v1.0' = if (empty(certificates)) {
  uniqueName: signInName
  displayName: signInDisplayName
  // Work and personal accounts; such a registration can have at most two client secrets.
  signInAudience: 'AzureADandPersonalMicrosoftAccount'
  api: { requestedAccessTokenVersion: 2 }
  // Under Web: as SPA, refresh tokens would expire after 24 hours; as a public client, secrets are refused.
  web: { ...web }
  // The scope is requested at sign-in (https://ads.microsoft.com/msads.manage), so no permission is listed here.
}

// The same registration: a resource can't leave out a property on a condition, so there are two, and one of them is deployed.
resource signInWithCertificates 'Microsoft.Graph/applications@v1.0' = if (!empty(certificates)) {
  uniqueName: signInName
  displayName: signInDisplayName
  signInAudience: 'AzureADandPersonalMicrosoftAccount'
  api: { requestedAccessTokenVersion: 2 }
  web: { ...web }
  keyCredentials: [
    for (certificate, index) in certificates: {
      displayName: index == 0 ? name : '${name}-${index + 1}'
      type: 'AsymmetricX509Cert'
      usage: 'Verify'
      key: certificate
    }
  ]
}

resource managedIdentity 'Microsoft.Graph/applications/federatedIdentityCredentials@v1.0' = if (!empty(identityPrincipalId)) {
  name: '${signInName}/broker-identity'
  description: 'The broker proves itself with its managed identity; no secret exists.'
  issuer: '${environment().authentication.loginEndpoint}${tenant().tenantId}/v2.0'
  subject: identityPrincipalId
  audiences: ['api://AzureADTokenExchange']
  dependsOn: [signIn, signInWithCertificates]
}

resource api 'Microsoft.Graph/applications@v1.0' = {
  uniqueName: '${name}-api'
  displayName: 'Microsoft Advertising token broker (${name})'
  signInAudience: 'AzureADMyOrg'
  identifierUris: ['api://${tenant().tenantId}/${name}']
  // Version 2 tokens carry the client id as their audience and the v2.0 issuer that CALLER_ISSUERS names. People get
  // them through the delegated scope, with the Azure CLI, which needs no consent for it.
  api: union(loadJsonContent('entra/scope.json').api, loadJsonContent('entra/azureCli.json').api)
  appRoles: appRoles
  // A token says whether it is an app's own or a person's (`idtyp`), which Entra leaves out unless it is asked for.
  optionalClaims: loadJsonContent('entra/optionalClaims.json').optionalClaims
}

resource apiPrincipal 'Microsoft.Graph/servicePrincipals@v1.0' = {
  appId: api.appId
  // Only principals with an assigned role get a token for the broker.
  appRoleAssignmentRequired: true
}

resource vend 'Microsoft.Graph/appRoleAssignedTo@v1.0' = [
  for principal in appPrincipalIds: {
    principalId: principal
    resourceId: apiPrincipal.id
    appRoleId: roleIds['Tokens.Vend']
  }
]

resource manage 'Microsoft.Graph/appRoleAssignedTo@v1.0' = [
  for principal in appPrincipalIds: {
    principalId: principal
    resourceId: apiPrincipal.id
    appRoleId: roleIds['Tenants.Manage']
  }
]

resource operate 'Microsoft.Graph/appRoleAssignedTo@v1.0' = [
  for principal in operatorPrincipalIds: {
    principalId: principal
    resourceId: apiPrincipal.id
    appRoleId: roleIds['Broker.Operate']
  }
]

@description('Parameter productionMicrosoftClientId of main.bicep.')
output SIGN_IN_CLIENT_ID string = empty(certificates) ? signIn!.appId : signInWithCertificates!.appId

@description('Parameter apiClientId of main.bicep.')
output API_CLIENT_ID string = api.appId
