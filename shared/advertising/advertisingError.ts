/** One error of a fault body, as Microsoft wrote it. Texts are empty when Microsoft sent none. */
export interface AdvertisingError {
  readonly code?: number
  readonly errorCode: string
  readonly message: string
  readonly detail: string
}
