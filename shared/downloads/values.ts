/** A value of a row. */
export type Value = string | number | null

/**
 * The columns that are numbers, by their names: those of guides/report-attributes-performance-statistics.md, "Performance
 * Statistics Columns", and further counts, rates, amounts, scores, and bids of the reports' value sets.
 */
const numberColumn =
  /^(?!Historical(?!Q)|Expected|CountryOf|ProductB)\w*(Percent|Rate|Ctr|Cp[cm]|CP[AIPSV]|Ptr|Conversions|Impressions|Qualified|Clicks|Revenue|Spend|Assists|Calls|Count|Position|QualityScore|Budget|Sales?|Downloads?|Installs?|Purchases|Subscriptions|Views|AtAdGroup|AtCampaign|AtProductGroup|PerAssist|PerConversion|PerImpression|PerVideoView|InMS|Bought|Bid|Duration)$/

/** Scores in words, and without any as two dashes. */
const scoreColumn = /^(Historical|Expected|AdRelevance|LandingPageExperience)/

/**
 * Reads the fields of a report's column that aren't empty. The column decides what they are, never their text: a
 * keyword can be `2026`. Numbers lose their percent sign and thousands separators; anything else in their place stays
 * text (`12,34`, say).
 * @returns reads one; null for two dashes in place of a number or score.
 */
export function readValue(column: string): (text: string) => Value {
  if (column === 'TimePeriod') return toIsoTime
  if (numberColumn.test(column)) return (text) => (text === '--' ? null : toNumber(text))
  if (scoreColumn.test(column)) return (text) => (text === '--' ? null : text)
  return (text) => text
}

const plainNumber = /^-?\d+(\.\d+)?$/
/** With a separator before each three digits, and nowhere else: `12,34` is no number that we know. */
const separatedNumber = /^-?\d{1,3}(,\d{3})+(\.\d+)?$/

/**
 * A number without its percent sign and thousands separators. Text that isn't one stays text, and so does a number that
 * JavaScript can't hold: one that is infinite, or an integer beyond 2^53.
 */
export function toNumber(text: string): number | string {
  const digits = text.endsWith('%') ? text.slice(0, -1) : text
  const isSeparated = separatedNumber.test(digits)
  if (!isSeparated && !plainNumber.test(digits)) return text
  const read = Number(isSeparated ? digits.replaceAll(',', '') : digits)
  return Number.isSafeInteger(Math.trunc(read)) ? read : text
}

/** Hours follow a bar (guides/reports.md#formatversion). */
function toIsoTime(text: string): string {
  const found = /^(?:(\d{4})-(\d\d)-(\d\d)|(\d\d?)\/(\d\d?)\/(\d{4}))(?: 12:00:00 AM)?(?:\|(\d\d?))?$/.exec(
    text,
  )
  if (!found) return text
  const [, year = found[6], month = found[4], day = found[5], , , , hour] = found
  const two = (digits = '') => digits.padStart(2, '0')
  return `${year}-${two(month)}-${two(day)}${hour === undefined ? '' : `T${two(hour)}:00`}`
}
