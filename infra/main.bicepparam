using 'main.bicep'

// What azd, the plain path and CI set: each parameter by its own name as an environment variable, and the template's
// default where there is none (test/unit/infra-parameters.test.ts). Lists and objects are JSON.
param name = readEnvironmentVariable('BROKER_NAME', 'msads-broker')
param productionMicrosoftClientId = readEnvironmentVariable('PRODUCTION_MICROSOFT_CLIENT_ID', '')
param sandboxMicrosoftClientId = readEnvironmentVariable('SANDBOX_MICROSOFT_CLIENT_ID', '')
param apiClientId = readEnvironmentVariable('API_CLIENT_ID', '')
param environments = json(readEnvironmentVariable('ENVIRONMENTS', '["production"]'))
param publicUrl = readEnvironmentVariable('PUBLIC_URL', '')
param workspaces = json(readEnvironmentVariable('WORKSPACES', '[]'))
param callerIssuers = json(readEnvironmentVariable('CALLER_ISSUERS', '[]'))
param clientAuthentication = readEnvironmentVariable('CLIENT_AUTHENTICATION', 'secret')
param googleClientIds = json(readEnvironmentVariable('GOOGLE_CLIENT_IDS', '{}'))
param refreshSchedule = readEnvironmentVariable('REFRESH_SCHEDULE', '0 */5 * * * *')
param settings = json(readEnvironmentVariable('SETTINGS', '{}'))
param nodeMajorVersion = readEnvironmentVariable('NODE_MAJOR_VERSION', '24')
param instanceMemoryMB = json(readEnvironmentVariable('INSTANCE_MEMORY_MB', '2048'))
param maximumInstanceCount = int(readEnvironmentVariable('MAXIMUM_INSTANCE_COUNT', '100'))
param httpConcurrency = int(readEnvironmentVariable('HTTP_CONCURRENCY', '0'))
param siteUpdateStrategy = readEnvironmentVariable('SITE_UPDATE_STRATEGY', 'Recreate')
param alwaysReadyInstances = int(readEnvironmentVariable('ALWAYS_READY_INSTANCES', '0'))
param zoneRedundant = bool(readEnvironmentVariable('ZONE_REDUNDANT', 'false'))
param grantVaultCount = int(readEnvironmentVariable('GRANT_VAULT_COUNT', '1'))
param recoverDeletedVaults = json(readEnvironmentVariable('RECOVER_DELETED_VAULTS', '[]'))
param deletionLocks = bool(readEnvironmentVariable('DELETION_LOCKS', 'false'))
param storageSku = readEnvironmentVariable('STORAGE_SKU', 'Standard_ZRS')
param privateNetworking = bool(readEnvironmentVariable('PRIVATE_NETWORKING', 'false'))
param networkAddressPrefix = readEnvironmentVariable('NETWORK_ADDRESS_PREFIX', '10.70.0.0/24')
param allowedIpRanges = json(readEnvironmentVariable('ALLOWED_IP_RANGES', '[]'))
// azd says who runs it; elsewhere nobody is given a right that was not asked for.
param operatorPrincipalId = readEnvironmentVariable(
  'OPERATOR_PRINCIPAL_ID',
  readEnvironmentVariable('AZURE_PRINCIPAL_ID', '')
)
param operatorPrincipalType = readEnvironmentVariable(
  'OPERATOR_PRINCIPAL_TYPE',
  readEnvironmentVariable('AZURE_PRINCIPAL_TYPE', 'User')
)
param alertEmails = json(readEnvironmentVariable('ALERT_EMAILS', '[]'))
param runbooksUrl = readEnvironmentVariable('RUNBOOKS_URL', '')
param reauthorizationThreshold = int(readEnvironmentVariable('REAUTHORIZATION_THRESHOLD', '0'))
param sweepSilence = readEnvironmentVariable('SWEEP_SILENCE', 'PT30M')
param logRetentionDays = int(readEnvironmentVariable('LOG_RETENTION_DAYS', '90'))
param logDailyCapGb = int(readEnvironmentVariable('LOG_DAILY_CAP_GB', '-1'))
param traceSampling = readEnvironmentVariable('TRACE_SAMPLING', '1.0')
param storageAuditLogs = bool(readEnvironmentVariable('STORAGE_AUDIT_LOGS', 'false'))
param provisionedAs = readEnvironmentVariable('PROVISIONED_AS', '')
param tags = json(readEnvironmentVariable('TAGS', '{}'))
