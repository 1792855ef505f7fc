/** List prices in US dollars for a large US region, as remembered, without discounts; {@link pricePages} has the current ones. */
export const prices = {
  onDemandGbSecond: 0.000026,
  execution: 0.4 / 1e6,
  freeGbSeconds: 100_000,
  freeExecutions: 250_000,
  alwaysReadyIdleGbSecond: 0.000004,
  alwaysReadyBusyGbSecond: 0.000016,
  tableTransaction: 0.00036 / 10_000,
  tableGbMonth: 0.056,
  /** Hot blobs, locally redundant, as the template stores backups. */
  blobGbMonth: 0.02,
  vaultOperation: 0.03 / 10_000,
  ingestedGb: 2.3,
  freeGb: 5,
  keptGbMonth: 0.1,
  slowAlert: 0.5,
  fastAlert: 1.5,
  vaultMetricAlert: 0.1,
  /** A run of a standard availability test, from one place: the least certain of these. */
  availabilityRun: 0.0005,
  endpointHour: 0.01,
  dnsZone: 0.5,
} as const

/** Microsoft's pages with the prices, below `https://azure.microsoft.com/pricing/details/`. */
export const pricePages = {
  functions: 'functions',
  tables: 'storage/tables',
  blobs: 'storage/blobs',
  vault: 'key-vault',
  monitor: 'monitor',
  privateLink: 'private-link',
  dns: 'dns',
} as const

const hours = 730

/** Quantities that are chosen, assumed, or Azure's. Sizes are in KB, times in seconds unless the name says otherwise. */
export const assumed = {
  hours,
  monthSeconds: hours * 3600,
  monthDays: 30.4,
  activeShare: 0.25,
  tokenSeconds: 3600,
  vendsPerHour: 20,
  /** Seconds of one call: to the token endpoint, to a table, and to a vault. `npm run bench -- million` models the same. */
  latency: { signIn: 0.33, table: 0.01, vaultRead: 0.02, vaultWrite: 0.04 },
  /** Flex Consumption bills an instance that works for at least this time (azure-functions/flex-consumption-plan). */
  leastSeconds: 1,
  passedCallSeconds: 2,
  vendsPerInstanceSecond: 250,
  memoryGb: 2,
  platformConcurrency: 16,
  rowKb: 1.2,
  auditKb: 1.5,
  storageAuditKb: 1,
  brokerMetricRows: 10,
  hostMetricRows: 40,
  platformMetricRows: 6,
  platformRowKb: 0.5,
  freeAuditDays: 31,
  /** For which application logs are kept without a price. */
  freeLogDays: 90,
  /** An instance counts for metrics and for reads of secrets if it works for this share of the time. */
  countedShare: 0.01,
  brokerSecrets: 8,
  /** Of a tenant that a rebuild takes from its vault secret: a refresh, a discovery, and the writes. */
  proofSeconds: 1,
  /** After which a recovered secret can be read (key-vault/general/soft-delete-overview), and a vend tries again. */
  secretRecoverySeconds: 60,
  vaultAgainSeconds: 60,
  secretReadMinutes: 4,
  censusRowsPerTenant: 80,
} as const

/**
 * What Azure's services take, and how much memory a subscription's instances of Flex Consumption can have in a region
 * (docs/facts.md, "Azure"; azure-functions/flex-consumption-plan).
 */
export const limits = {
  vaultWritesPerSecond: 30,
  vaultOperationsPerSecond: 400,
  /** What a subscription takes in a region, as a multiple of a vault. */
  vaultsPerSubscription: 5,
  /** The span over which a vault counts. */
  vaultSeconds: 10,
  accountTransactionsPerSecond: 20_000,
  partitionEntitiesPerSecond: 2000,
  subscriptionMb: 512_000,
} as const
