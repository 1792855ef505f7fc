metadata description = 'The app’s own domain: first the binding, which proves the ownership; then the managed certificate and TLS.'

param appName string
param location string
param domain string
@description('A certificate is issued only for a bound domain, and a template can’t name the binding twice: so TLS is a second deployment.')
param tls bool

resource app 'Microsoft.Web/sites@2025-03-01' existing = {
  name: appName

  resource certificate 'certificates' = if (tls) {
    name: replace(domain, '.', '-')
    location: location
    properties: { canonicalName: domain }
  }

  resource binding 'hostNameBindings' = {
    name: domain
    properties: {
      hostNameType: 'Verified'
      customHostNameDnsRecordType: 'CName'
      sslState: tls ? 'SniEnabled' : 'Disabled'
      thumbprint: tls ? certificate!.properties.thumbprint : null
    }
  }
}
