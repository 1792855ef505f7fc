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
 * Reads a field of a report. The column decides what it is, never its text: a keyword can be `2026`. Numbers lose their
 * percent sign and thousands separators, and text in their place stays text.
 * @returns null for nothing, and for two dashes in place of a number or score.
 */
export function readValue(column: string, text: string): Value {
  if (text === '') return null
  if (column === 'TimePeriod') return toIsoTime(text)
  const isNumber = numberColumn.test(column)
  if (text === '--' && (isNumber || scoreColumn.test(column))) return null
  return isNumber ? toNumber(text) : text
}

/** A number without its percent sign and thousands separators; text that isn't one stays text. */
export function toNumber(text: string): number | string {
  const digits = text.replace(/%$/, '').replaceAll(',', '')
  return /^-?\d+(\.\d+)?$/.test(digits) ? Number(digits) : text
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
