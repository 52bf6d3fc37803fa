const date =
  '\\d{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\\d|30)|02-(?:0[1-9]|1\\d|2[0-8]))';
const time = '(?:[01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(?:\\.\\d{1,6})?(?:Z|[+-](?:[01]\\d|2[0-3]):[0-5]\\d)';
const octet = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
const label = '[A-Za-z0-9]{1,30}(?:-[A-Za-z0-9]{1,30})?';

/**
 * Regular expressions for formats of strings. Each gives only texts that are of the format, not all of them: no 29 February,
 * no addresses in quotes.
 *
 * Source: RFC 3339, RFC 4122, RFC 5321, RFC 3986
 */
export const formats: Readonly<Record<string, string>> = {
  date: `^${date}$`,
  time: `^${time}$`,
  'date-time': `^${date}T${time}$`,
  uuid: '^[0-9a-f]{8}-[0-9a-f]{4}-[1-5][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$',
  email: `^[A-Za-z0-9]{1,30}(?:[._+-][A-Za-z0-9]{1,20}){0,2}@${label}(?:\\.${label}){0,3}\\.[A-Za-z]{2,12}$`,
  ipv4: `^${octet}(?:\\.${octet}){3}$`,
  uri: `^https?://${label}(?:\\.${label}){0,4}(?::[1-9]\\d{1,3})?(?:/[A-Za-z0-9._~-]{0,60}){0,12}(?:\\?[A-Za-z0-9=&._~-]{1,100})?$`,
};
