import type { FieldReading, ResourceField } from '#engine/imports/resource.ts';
import { refused } from './refused.ts';

const RFC_3339 = /^(\d{4})-(\d{2})-(\d{2})[Tt ](\d{2}):(\d{2}):(\d{2})(?:\.(\d+))?([Zz]|[+-]\d{2}:\d{2})$/;
const AMBIGUOUS = /^\d{1,2}[./-]\d{1,2}[./-]\d{2,4}\b/;
const MAX_OFFSET_HOURS = 15;
const EXPECTED = '2024-05-01T12:30:00.123456Z';

/** A point in time with its offset, to the microsecond, as PostgreSQL reads it. */
export function readTime(value: string): FieldReading {
  if (value === '') return { value: null };
  const parts = RFC_3339.exec(value);
  if (!parts) {
    return AMBIGUOUS.test(value)
      ? refused('date_ambiguous', undefined, { expected: EXPECTED })
      : refused('type_error', 'This is no time in RFC 3339.', { expected: EXPECTED });
  }
  const fraction = (parts[7] ?? '').replace(/0+$/, '');
  if (fraction.length > 6) {
    return refused('type_error', 'Times are kept to the microsecond.', { expected: EXPECTED });
  }
  if (!isOnTheClock(parts) || !isInCalendar(parts)) {
    return refused('type_error', 'There is no such day or hour.', { expected: EXPECTED });
  }
  return { value: value.toUpperCase() };
}

function isOnTheClock([, , , , hour, minute, second, , zone = '']: RegExpExecArray): boolean {
  const [zoneHour = '0', zoneMinute = '0'] = /^[Zz]$/.test(zone) ? [] : zone.slice(1).split(':');
  return (
    Number(hour) <= 23 &&
    Number(minute) <= 59 &&
    Number(second) <= 59 &&
    Number(zoneHour) <= MAX_OFFSET_HOURS &&
    Number(zoneMinute) <= 59
  );
}

/** A day that there is, and a year from 1 to 9999 in UTC too, so that it can be written again. */
function isInCalendar([
  ,
  year = '',
  month,
  day,
  hour,
  minute,
  second,
  ,
  zone = '',
]: RegExpExecArray): boolean {
  const local = new Date(`${year}-${month}-${day}T00:00:00Z`);
  if (Number.isNaN(local.getTime()) || local.getUTCDate() !== Number(day)) return false;
  const utcYear = new Date(
    `${year}-${month}-${day}T${hour}:${minute}:${second}${zone.toUpperCase()}`,
  ).getUTCFullYear();
  return year !== '0000' && utcYear >= 1 && utcYear <= 9999;
}

/** The two that every resource has. */
export const TIME_FIELDS: readonly ResourceField[] = [
  {
    name: 'created_at',
    type: 'timestamptz',
    read: readTime,
    description: 'RFC 3339; the time of the import where absent',
  },
  {
    name: 'updated_at',
    type: 'timestamptz',
    read: readTime,
    description: 'RFC 3339; the time of the import where absent',
  },
];
