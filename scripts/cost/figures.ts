/** `12,345`, or with this many decimals. */
export function number(value: number, decimals = 0): string {
  return value.toLocaleString('en-US', { minimumFractionDigits: decimals, maximumFractionDigits: decimals })
}

/** `$1,234`; with two decimals below 1,000 unless told otherwise. */
export function dollars(value: number, decimals = value < 1000 ? 2 : 0): string {
  return `$${number(value, decimals)}`
}

/** `$210`: two significant digits, for a first impression. */
export function aboutDollars(value: number): string {
  return `$${number(Number(value.toPrecision(2)))}`
}

/** `134,424`, `4.9 M`, or `5,290 M`. */
export function count(value: number): string {
  const millions = value / 1e6
  if (millions < 1) return number(value)
  return `${number(millions, millions < 10 ? 1 : 0)} M`
}

/** `0.14`, `1.4`, or `14`: two digits, or all in front of the point. */
export function rate(value: number): string {
  return value >= 10 ? number(value) : String(Number(value.toPrecision(2)))
}

/** `0.03 GB`, `2.8 GB`, or `281 GB`. */
export function gigabytes(value: number): string {
  return `${number(value, value < 0.1 ? 2 : value < 100 ? 1 : 0)} GB`
}
