/** The additional fields of an account (customer-management-service/accountadditionalfield). */
export const accountFields = ['AccountMode', 'CouponClaimInfo', 'TaxCertificate'] as const

/** The types of campaigns (campaign-management-service/campaigntype). */
export const campaignTypes = [
  ...['App', 'Audience', 'DynamicSearchAds', 'Hotel', 'PerformanceMax', 'Search', 'Shopping'],
] as const

/**
 * Reads flags as REST takes them: names with commas between them, as Microsoft's SDKs write them. Spaces are SOAP's.
 * Null if one is unknown.
 */
export function parseFlags<Name extends string>(
  value: unknown,
  known: readonly Name[],
): ReadonlySet<Name> | null {
  if (value === undefined || value === null || value === '') return new Set()
  const names = String(value)
    .split(',')
    .map((name) => name.trim())
  const flags = known.filter((name) => names.includes(name))
  return flags.length === new Set(names).size ? new Set(flags) : null
}
