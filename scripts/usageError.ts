/** The command line can't be run as typed; the message says what to type. */
export class UsageError extends Error {}

/** The person asked for a command's usage, which is the message. */
export class HelpWanted extends Error {}
