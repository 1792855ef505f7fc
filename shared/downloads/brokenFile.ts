/** A downloaded file that isn't whole, or isn't what Microsoft documents. Its message names no content. */
export class BrokenFileError extends Error {
  constructor(fault: string) {
    super(`The downloaded file ${fault}.`)
    this.name = 'BrokenFileError'
  }
}
