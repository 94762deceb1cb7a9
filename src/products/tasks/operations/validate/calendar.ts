const PARTS: Readonly<Record<string, string>> = {
  Y: '(?<Y>\\d{4})',
  y: '(?<y>\\d{2})',
  m: '(?<m>\\d{2})',
  d: '(?<d>\\d{2})',
  H: '(?<H>\\d{2})',
  M: '(?<M>\\d{2})',
  S: '(?<S>\\d{2})',
};
const DEFAULTS = {
  date: '%Y-%m-%d',
  time: '%H:%M:%S',
  datetime: '%Y-%m-%dT%H:%M:%S',
} as const;
/** Of the default forms of times: a fraction of a second and a zone. */
const TAIL = '(?<f>\\.\\d{1,9})?(?<z>Z|[+-]\\d{2}:?\\d{2})?';

export type CalendarType = keyof typeof DEFAULTS;

/** What a date or time comes to: milliseconds, so that earlier ones are smaller; undefined for none. */
export type ReadCalendar = (text: string) => number | undefined;

/**
 * Reads dates and times in a form of strptime: %Y %y %m %d %H %M %S and what stands between; without one, as ISO 8601
 * has them. Undefined for a form that has anything else.
 */
export function calendarReader(type: CalendarType, format: string | undefined): ReadCalendar | undefined {
  const pattern = patternOf(format ?? DEFAULTS[type]);
  if (pattern === undefined) return undefined;
  const tail = format === undefined && type !== 'date' ? TAIL : '';
  const form = new RegExp(`^${pattern}${tail}$`, 'u');
  return (text) => {
    const found = text.length > 100 ? undefined : form.exec(text)?.groups;
    return found && millisecondsOf(found);
  };
}

function patternOf(format: string): string | undefined {
  const seen = new Set<string>();
  let isKnown = true;
  const pattern = format.replaceAll(/%(.?)|[^%]/gsu, (part, letter: string | undefined) => {
    if (letter === undefined) return part.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
    const known = PARTS[letter];
    if (known === undefined || seen.has(letter)) isKnown = false;
    seen.add(letter);
    return known ?? '';
  });
  return isKnown && seen.size > 0 ? pattern : undefined;
}

function millisecondsOf(found: Readonly<Record<string, string | undefined>>): number | undefined {
  const { y, m = '01', d = '01', H = '00', M = '00', S = '00', f = '', z } = found;
  // As POSIX has it: 69 to 99 are years of the twentieth century.
  const year = found['Y'] ?? (y === undefined ? '1970' : `${Number(y) < 69 ? '20' : '19'}${y}`);
  const [hours, minutes, seconds] = [Number(H), Number(M), Number(S)];
  if (hours > 23 || minutes > 59 || seconds > 59) return undefined;
  const day = new Date(`${year}-${m}-${d}T00:00:00Z`);
  // 30 February would become a day of March.
  if (Number.isNaN(day.getTime()) || day.getUTCDate() !== Number(d)) return undefined;
  const zone = z === undefined || z === 'Z' ? 0 : zoneMinutes(z);
  return day.getTime() + ((hours * 60 + minutes - zone) * 60 + seconds + Number(`0${f}`)) * 1000;
}

function zoneMinutes(zone: string): number {
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2));
  return zone.startsWith('-') ? -minutes : minutes;
}
