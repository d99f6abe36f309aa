const pattern = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:[.,](\d+))?(Z|[+-]\d\d:?\d\d)$/i;

/** A point in time: whole seconds since the epoch, and the digits of the fraction. */
interface Moment {
  readonly seconds: number;
  readonly fraction: string;
}

function parse(text: string): Moment | undefined {
  const [, dateTime = '', fraction = '', zone = ''] = pattern.exec(text) ?? [];
  const offset = zone.length === 5 ? `${zone.slice(0, 3)}:${zone.slice(3)}` : zone;
  const ms = Date.parse(`${dateTime}${offset}`.toUpperCase());
  return Number.isNaN(ms) ? undefined : { seconds: ms / 1_000, fraction };
}

/**
 * Compares two ISO 8601 times with date, time and offset. Exact for any offset and any number of fractional digits (a
 * `Date` keeps only three).
 *
 * @returns Negative if the first is earlier, positive if it is later, 0 if they are equal; `undefined` if one of them
 * is not such a time.
 */
export function compareIsoTimes(one: string, other: string): number | undefined {
  const [left, right] = [parse(one), parse(other)];
  if (!left || !right) return undefined;
  if (left.seconds !== right.seconds) return left.seconds - right.seconds;
  const digits = Math.max(left.fraction.length, right.fraction.length);
  const [a, b] = [left.fraction.padEnd(digits, '0'), right.fraction.padEnd(digits, '0')];
  return a === b ? 0 : a < b ? -1 : 1;
}

/** Like `compareIsoTimes`, but either time may be missing; then the result is `undefined`. */
export function compareGivenTimes(
  one: string | null | undefined,
  other: string | null | undefined,
): number | undefined {
  return typeof one === 'string' && typeof other === 'string' ? compareIsoTimes(one, other) : undefined;
}

/** Milliseconds since the epoch of an ISO 8601 time with date, time and offset; `undefined` if it is not such a time. */
export function isoTimeToMs(text: string): number | undefined {
  const moment = parse(text);
  return moment && moment.seconds * 1_000 + Number(moment.fraction.slice(0, 3).padEnd(3, '0'));
}
