/** Names of time zones, as administrators write them. */

/** What is wrong with a name that no zone has: refusals put the field before it. */
export function noSuchTimeZone(timeZone: string): string {
  return `there is no time zone "${timeZone}"; allowed is a name such as "Europe/Zurich" or "UTC"`;
}
