using 'main.bicep'

// An example with everything switched on: private networking, both environments, three grant vaults, warm instances in
// several zones, a storage that outlives its region, backups in another, locks.
param environments = ['production', 'sandbox']
param productionMicrosoftClientId = '11111111-1111-1111-1111-111111111111'
param sandboxMicrosoftClientId = '22222222-2222-2222-2222-222222222222'
param apiClientId = '33333333-3333-3333-3333-333333333333'
param publicUrl = 'https://broker.example.com'
param clientAuthentication = 'managedIdentity'
param workspaces = [
  {
    workspace: 'agency'
    displayName: 'The Agency'
    apps: ['44444444-4444-4444-4444-444444444444']
    returnUrls: ['https://app.example.com/connected']
  }
]
param privateNetworking = true
param allowedIpRanges = ['203.0.113.7']
param grantVaultCount = 3
param alwaysReadyInstances = 2
param siteUpdateStrategy = 'RollingUpdate'
param zoneRedundant = true
param deletionLocks = true
param traceSampling = '0.05'
param storageSku = 'Standard_GZRS'
param backupLocation = 'northeurope'
param backupImmutableDays = 7
param settings = {
  TABLES_PREFIX: 'Blue'
  SWEEP_CONCURRENCY: '32'
  KEEP_ALIVE_DAYS: '14'
}
param operatorPrincipalId = '55555555-5555-5555-5555-555555555555'
param operatorPrincipalType = 'Group'
param alertEmails = ['operations@example.com']
param runbooksUrl = 'https://docs.example.com/runbooks'
