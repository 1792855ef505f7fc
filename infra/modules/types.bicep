metadata description = 'The shapes of parameters, as shared/settings.ts reads them.'

@export()
@description('Tags of a resource.')
type resourceTags = { *: string }

@export()
@description('The private DNS zone of each service.')
type dnsZones = { blob: string, queue: string, table: string, vault: string }

@export()
@description('Existing private DNS zones by service: all four, or none.')
type givenDnsZones = { blob: string?, queue: string?, table: string?, vault: string? }

@export()
@description('A phone that alerts are sent to: country code without `+`, and number.')
@sealed()
type smsReceiver = { countryCode: string, phoneNumber: string }

@export()
@description('One workspace: its return URLs and the apps that share it.')
@sealed()
type workspace = {
  workspace: string
  displayName: string?
  apps: string[]?
  returnUrls: string[]?
}

@export()
@description('One trusted issuer of the apps’ tokens: an Entra directory by its authority, or any issuer with its keys.')
@sealed()
type callerIssuer = {
  @description('For example `https://login.microsoftonline.com/<directory id>`. Covers both versions of its tokens.')
  authority: string?
  issuer: string?
  jwksUrl: string?
  @description('Token endpoint of an issuer that is not an Entra directory, for tools that only have a client secret.')
  tokenUrl: string?
  audiences: string[]
  algorithms: ('RS256' | 'PS256' | 'ES256' | 'EdDSA')[]?
  @description('Prefix of the client ids of this issuer’s apps. With several issuers, each needs one; one of them can be empty.')
  namespace: string?
  @description('The subjects (`sub`) that are apps, with their roles. Only for issuers other than Entra.')
  subjects: callerSubject[]?
}

@description('A subject that is an app, such as `repo:<owner>/<name>:environment:production`.')
@sealed()
type callerSubject = {
  subject: string
  @description('Default is the token’s own roles.')
  roles: ('Tokens.Vend' | 'Tenants.Manage' | 'Broker.Operate')[]?
}

@export()
@description('The broker’s settings that have defaults, by their own names. Unknown names are refused.')
@sealed()
type brokerSettings = {
  TABLES_PREFIX: string?
  READ_ONLY_GRANT_VAULT_URLS: string?
  GRANT_STORE: ('vault' | 'sealed')?
  BACKUP_RETENTION_DAYS: string?
  BACKUP_CONTAINER_URL: string?
  BACKUP_HOURS: string?
  SECRET_EXPIRY_DAYS: string?
  PENDING_TENANT_DAYS: string?
  DISCONNECTED_TENANT_DAYS: string?
  DEAD_GRANT_DAYS: string?
  TENANT_EVENT_DAYS: string?
  CALLER_TOKEN_MAX_AGE_SECONDS: string?
  MICROSOFT_PERSONAL_TENANT: string?
  REFRESH_POLICY: ('active' | 'always' | 'onDemand')?
  ACTIVE_WINDOW_HOURS: string?
  REFRESH_AHEAD_SECONDS: string?
  KEEP_ALIVE_DAYS: string?
  STUCK_AFTER_DAYS: string?
  SWEEP_CONCURRENCY: string?
  SWEEP_SECONDS: string?
  SWEEP_HANDOVER_COUNT: string?
  LEASE_SECONDS: string?
  TOKEN_ENDPOINT_SECONDS: string?
  USED_REFRESH_TOKENS: ('accepted' | 'revoked')?
  VEND_WAIT_SECONDS: string?
  VEND_LIMIT_SECONDS: string?
  CALLBACK_SECONDS: string?
  ROW_CACHE_SECONDS: string?
  TOKEN_MEMORY_BYTES: string?
  MAX_BODY_BYTES: string?
  LARGEST_DOWNLOAD_BYTES: string?
  DOWNLOAD_HOSTS: string?
  REQUEST_LIMITS: string?
  CANARY_TENANT: string?
  OTEL_EXPORTER_OTLP_ENDPOINT: string?
  OTEL_SERVICE_NAME: string?
  OTEL_METRIC_EXPORT_INTERVAL: string?
  PRODUCTION_MICROSOFT_AUTHORITY: string?
  PRODUCTION_MICROSOFT_SCOPE: string?
  SANDBOX_MICROSOFT_AUTHORITY: string?
  SANDBOX_MICROSOFT_SCOPE: string?
}
