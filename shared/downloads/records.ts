import { toNumber, type Value } from './values.ts'

/**
 * The columns of a bulk file that are numbers: amounts, bids, percentages, scores, sizes, and spans (bulk-service, each
 * record's page, at a21125df). IDs are text, and so is `Target`, whose meaning depends on the record.
 */
const numberColumn =
  /^(Budget|Bid|(Cp[cmv]|Percent Cpc|Maximum) Bid|(Multi Media Ad )?Bid Adjustment|Bid Boost Value|Commission Rate|Cashback Percent|Traffic Split Percent|Bid Strategy (MaxCpc|PercentMaxCpc|TargetCpa|TargetRoas|TargetImpressionShare|TargetCostPerSale|CommissionRate)|Quality Score|Keyword Relevance|Landing Page (Relevance|User Experience)|Radius|Latitude|Longitude|(From|To) (Hour|Minute)|Priority|Membership Duration|Audience (Search|Network) Size|Price \d|Percent Off|Money Amount Off|Orders Over Amount|Height|Width|Duration In Milliseconds|Sitelink Extension Order|Revenue Value|Additional Conversion Value|(View Through )?Conversion Window In Minutes|Minimum (Duration In Second|Pages Viewed))$/

const dateColumn = /(^| )(Date|Time)$|^Promotion (Start|End)$/

/** Documented as UTC. Other times are the account's, and have no zone. */
const utcColumn = /^(Modified|Sync) Time$/

/** Reads the fields of a bulk file's column. @returns undefined for an empty field: most fields of a record are empty. */
export function readRecordValue(column: string): (text: string) => Value | undefined {
  if (numberColumn.test(column)) return (text) => (text === '' ? undefined : toNumber(text))
  if (dateColumn.test(column)) return (text) => (text === '' ? undefined : toIso(column, text))
  return (text) => (text === '' ? undefined : text)
}

/** Slashes (bulk-service/account.md#synctime, ad-group.md#startdate), or XML's own form (keyword.md#modifiedtime). */
function toIso(column: string, text: string): string {
  const found =
    /^(?:(\d\d?)\/(\d\d?)\/(\d{4})|(\d{4})-(\d\d)-(\d\d))(?:[T ](\d\d?):(\d\d)(:\d\d(?:\.\d{1,7})?)?)?$/.exec(
      text,
    )
  if (!found) return text
  const [, month = found[5], day = found[6], year = found[4], , , , hour, minute, seconds = ':00'] = found
  const two = (digits = '') => digits.padStart(2, '0')
  const date = `${year}-${two(month)}-${two(day)}`
  if (hour === undefined) return date
  return `${date}T${two(hour)}:${minute}${seconds}${utcColumn.test(column) ? 'Z' : ''}`
}

/** The records that each bulk file has, whatever was asked for (bulk-service/account.md, format-version.md). */
const frames = new Set(['Format Version', 'Account'])

/** Whether a record is one of the file's own. */
export function isFrame(columns: readonly string[]): (fields: readonly string[]) => boolean {
  const type = columns.indexOf('Type')
  return (fields) => frames.has(fields[type] ?? '')
}

/** The time from which the next delta goes: the `Sync Time` of the record `Account` (bulk-service/account.md#synctime). */
export function readFrame(
  columns: readonly string[],
  fields: readonly string[],
): Readonly<Record<string, string>> {
  const text = fields[columns.indexOf('Sync Time')]
  return text ? { syncTime: toIso('Sync Time', text) } : {}
}
