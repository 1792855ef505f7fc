/** Two sets of columns, none of one with any of the other. */
export interface ExclusiveColumns {
  readonly attributes: readonly string[]
  readonly statistics: readonly string[]
}

const restricted = /^(BidMatchType|Budget\w+|DeviceOS|Goal(Type)?|TopVsOther)$/
const restrictedForProducts =
  /^(AdDistribution|AdId|AdStatus|ClickType(Id)?|DeliveredMatchType|Language|LocalStoreCode|Network)$/
const restrictedForAudiences = /^(CustomerId|CustomerName|DeliveredMatchType)$/
const share = /ImpressionRate|Share|LostTo|^RelativeCtr$|^Benchmark/
const audienceShare = /^AudienceImpression|^RelativeCtr$/

/** The columns of a report that exclude each other (guides/reports.md, "Column Restrictions"). */
export function exclusiveColumns(type: string, columns: readonly string[]): ExclusiveColumns {
  const hasAudiences = columns.some((column) => audienceShare.test(column))
  return {
    attributes: columns.filter(
      (column) =>
        restricted.test(column) ||
        (type.startsWith('Product') && restrictedForProducts.test(column)) ||
        (hasAudiences && restrictedForAudiences.test(column)),
    ),
    statistics: columns.filter((column) => share.test(column)),
  }
}
