import { issuersRule } from './issuersRule.ts'
import { another, asList, different, gone, goneUnseen, lower, off, type Rule, toText } from './loss.ts'
import { workspacesRule } from './workspacesRule.ts'

/** A parameter that can be changed back without anything being lost. */
export const free = 'free'

const newConsents = 'Every grant belongs to that registration: each advertiser must consent again.'

/**
 * What each parameter of `infra/main.bicep` loses by a change. A parameter is in this table, with a rule or as free; a
 * test holds that none is missing.
 */
export const rules: Readonly<Record<string, Rule | typeof free>> = {
  name: another('It’s part of every resource’s name: this creates a second, empty broker beside the first.'),
  productionMicrosoftClientId: another(newConsents),
  sandboxMicrosoftClientId: another(newConsents),
  apiClientId: another(
    'It’s the audience of your apps’ tokens: each app is refused until it asks for the new one.',
  ),
  location: another('Resources can’t move: Azure refuses it halfway. See docs/runbooks/region-loss.md.'),
  environments: gone('Its tenants are no longer refreshed, and their grants expire.'),
  publicUrl: different(
    'Connect links that are still open, bookmarks of your apps, and the redirect URI point to the old URL: nobody can connect until the new redirect URI is registered.',
  ),
  workspaces: workspacesRule,
  callerIssuers: issuersRule,
  clientAuthentication: different(
    'Without the new credential in its place, Microsoft refuses every refresh and every sign-in.',
  ),
  googleClientIds: ({ before, after }) => {
    const [old, now] = [before, after].map((each) => (each ?? {}) as Record<string, string>)
    const missing = Object.entries(old ?? {}).filter(([name, id]) => id && now?.[name] !== id)
    return missing.length > 0
      ? `Without ${missing.map(([name, id]) => `${name}: ${id}`).join(', ')}. Its Google grants end: each advertiser must consent again.`
      : undefined
  },
  refreshSchedule: free,
  // Each of them has a rule of its own.
  settings: free,
  nodeMajorVersion: free,
  instanceMemoryMB: free,
  maximumInstanceCount: free,
  httpConcurrency: free,
  siteUpdateStrategy: free,
  alwaysReadyInstances: free,
  zoneRedundant: off('The loss of one zone stops the broker.'),
  grantVaultCount: lower(
    'The broker no longer finds the grants in the other vaults: their advertisers must consent again. See docs/scale.md.',
  ),
  recoverDeletedVaults: free,
  deletionLocks: off('Storage and vaults can be deleted by mistake, with every grant.'),
  storageSku: different(
    'Azure converts between some of these only on request, and a lesser one doesn’t survive the loss of a zone or region.',
  ),
  privateNetworking: off('Storage and vaults are open to every network.'),
  networkAddressPrefix: ({ before, after, all }) =>
    all.before.privateNetworking === true
      ? `${toText(before)} → ${toText(after)}. Subnets in use can’t be changed: Azure refuses it, or private endpoints lose their addresses.`
      : undefined,
  allowedIpRanges: ({ before, after, all }) => {
    const there = asList(before).map(toText)
    const added = asList(after)
      .map(toText)
      .filter((each) => !there.includes(each))
    return all.before.privateNetworking === true && added.length > 0
      ? `Also ${added.join(', ')}. Storage and vaults can be reached from there.`
      : undefined
  },
  acceptSealedWithoutCopy: free,
  appSubnetId: different(
    'The app leaves its network: storage and vaults are out of reach until the new one leads to them.',
  ),
  endpointSubnetId: different(
    'Private endpoints can’t move to another subnet: Azure refuses it, or they get other addresses.',
  ),
  privateDnsZoneIds: different('Names in the earlier zones no longer lead to storage and vaults.'),
  privateDnsByPolicy: free,
  keyVaultId: different(
    'The broker’s own secrets are in the other vault: until they are copied, nothing sealed can be opened.',
  ),
  keyVaultEndpoint: free,
  frontDoorIds: gone('That front is refused, or, if none is left, everyone can go around it.'),
  frontIpRanges: gone('That front is refused, or, if none is left, everyone can go around it.'),
  customDomain: another('The app no longer answers at that address.'),
  customDomainTls: off('The domain has no certificate: browsers and apps refuse it.'),
  siteScopedCertificates: free,
  alertWebhooks: goneUnseen('No alert reaches them anymore.'),
  alertSms: goneUnseen('No alert reaches them anymore.'),
  alertActionGroupIds: gone('No alert reaches them anymore.'),
  acceptSilentAlerts: free,
  monthlyBudget: ({ before, after }) =>
    Number(before) > 0 && Number(after) === 0
      ? `${toText(before)} → none. Nobody is told of unexpected costs.`
      : undefined,
  budgetStart: another('Azure refuses to change it.'),
  logAnalyticsWorkspaceId: different(
    'Earlier logs stay in the other workspace, where alerts and the workbook don’t look.',
  ),
  operatorPrincipalId: free,
  operatorPrincipalType: free,
  backupLocation: another(
    'Azure refuses the same account in another region. If this is emptied, backups stop.',
  ),
  backupDays: lower('Older backups are deleted.'),
  backupImmutableDays: lower('Backups can be changed or deleted earlier.'),
  alertEmails: gone('No alert reaches them anymore.'),
  runbooksUrl: free,
  reauthorizationThreshold: free,
  sweepSilence: free,
  logRetentionDays: lower('Older logs are deleted.'),
  logDailyCapGb: ({ before, after }) =>
    Number(after) >= 0 && (Number(before) < 0 || Number(after) < Number(before))
      ? `${toText(before)} → ${toText(after)}. Above it, logs are dropped, and alerts are silent.`
      : undefined,
  traceSampling: free,
  storageAuditLogs: off('Nobody can tell afterwards who read or changed what in storage.'),
  provisionedAs: free,
  tags: free,
}

const earlier = 'What is older is removed in the next rounds, and can’t be brought back.'

/** What each setting in the parameter `settings` loses by a change; the names are those of `infra/modules/types.bicep`. */
export const settingRules: Readonly<Record<string, Rule | typeof free>> = {
  TABLES_PREFIX: different('The broker reads other, empty tables: every tenant is gone.'),
  GRANT_STORE: different(
    'Only new grants go there. Run npm run migrate-grants afterwards; a backup of one store lacks the grants of the other.',
  ),
  READ_ONLY_GRANT_VAULT_URLS: ({ before, after }) => {
    const [old = [], now = []] = [before, after].map((urls) =>
      typeof urls === 'string' ? urls.split(/[,\s]+/) : [],
    )
    const missing = old.filter((url) => url && !now.includes(url))
    return missing.length > 0
      ? `Without ${missing.join(', ')}. Grants that are still there are no longer found. See docs/commands.md.`
      : undefined
  },
  BACKUP_CONTAINER_URL: another(
    'No backup is made there anymore, and a restore looks for the newest one elsewhere.',
  ),
  BACKUP_HOURS: ({ before, after }) =>
    Number(after) > Number(before)
      ? `${toText(before)} → ${toText(after)}. A loss of the tables costs more hours of consents.`
      : undefined,
  CANARY_TENANT: ({ before, after }) =>
    before && !after ? 'No alert tells anymore that apps get no working token.' : undefined,
  BACKUP_RETENTION_DAYS: lower('An older backup that is restored can undo a disconnect.'),
  PENDING_TENANT_DAYS: lower(earlier),
  DISCONNECTED_TENANT_DAYS: lower(earlier),
  DEAD_GRANT_DAYS: lower(earlier),
  TENANT_EVENT_DAYS: lower(earlier),
  PRODUCTION_MICROSOFT_AUTHORITY: different('Grants of the other authority can be refused.'),
  PRODUCTION_MICROSOFT_SCOPE: different('Grants without the new scope are refused.'),
  SANDBOX_MICROSOFT_AUTHORITY: different('Grants of the other authority can be refused.'),
  SANDBOX_MICROSOFT_SCOPE: different('Grants without the new scope are refused.'),
  ...Object.fromEntries(
    [
      'SECRET_EXPIRY_DAYS CALLER_TOKEN_MAX_AGE_SECONDS MICROSOFT_PERSONAL_TENANT REFRESH_POLICY ACTIVE_WINDOW_HOURS',
      'REFRESH_AHEAD_SECONDS KEEP_ALIVE_DAYS STUCK_AFTER_DAYS SWEEP_CONCURRENCY SWEEP_SECONDS SWEEP_HANDOVER_COUNT',
      'LEASE_SECONDS TOKEN_ENDPOINT_SECONDS USED_REFRESH_TOKENS VEND_WAIT_SECONDS VEND_LIMIT_SECONDS CALLBACK_SECONDS',
      'ROW_CACHE_SECONDS TOKEN_MEMORY_BYTES MAX_BODY_BYTES REQUEST_LIMITS OTEL_EXPORTER_OTLP_ENDPOINT OTEL_SERVICE_NAME',
      'OTEL_METRIC_EXPORT_INTERVAL LARGEST_DOWNLOAD_BYTES DOWNLOAD_HOSTS',
    ]
      .flatMap((line) => line.split(' '))
      .map((name) => [name, free]),
  ),
}
