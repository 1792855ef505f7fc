/** The stand-in's own time, which a control moves forward, so that addresses and requests expire without waiting. */
export interface Clock {
  now(): Date
  /** Moves the time forward by `seconds`, for good. */
  forward(seconds: number): void
}

/** Creates a clock that shows the machine's time until it is moved. */
export function createClock(): Clock {
  let ahead = 0
  return {
    now: () => new Date(Date.now() + ahead),
    forward: (seconds) => {
      ahead += seconds * 1000
    },
  }
}
