import { BlockList, isIP } from 'node:net';

/** Ranges that are no public host: IANA's special-purpose registries for IPv4 and IPv6. */
const SPECIAL: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.31.196.0', 24],
  ['192.52.193.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['192.175.48.0', 24],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
];

/** Public IPv6 is 2000::/3; in there, ranges that lead elsewhere. */
const SPECIAL_V6: readonly (readonly [string, number])[] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
];

/**
 * Whether an address, as DNS or a URL gave it, is one of the public Internet: not this machine, its network, or a cloud's
 * metadata service, in whichever notation, IPv4 inside IPv6 included.
 */
export function isPublicAddress(address: string): boolean {
  const plain = address.replace(/%.*$/, '');
  switch (isIP(plain)) {
    case 4:
      return !inRanges(plain, SPECIAL, 'ipv4');
    case 6: {
      const inner = innerIPv4(plain);
      if (inner !== undefined) return isPublicAddress(inner);
      return inRanges(plain, [['2000::', 3]], 'ipv6') && !inRanges(plain, SPECIAL_V6, 'ipv6');
    }
    default:
      return false;
  }
}

function inRanges(
  address: string,
  ranges: readonly (readonly [string, number])[],
  family: 'ipv4' | 'ipv6',
): boolean {
  const list = new BlockList();
  for (const [network, prefix] of ranges) list.addSubnet(network, prefix, family);
  return list.check(address, family);
}

/** The IPv4 address that `::ffff:a.b.c.d` or `64:ff9b::a.b.c.d` (NAT64) stands for. */
function innerIPv4(address: string): string | undefined {
  const mapped = inRanges(address, [['::ffff:0:0', 96]], 'ipv6');
  const translated = inRanges(address, [['64:ff9b::', 96]], 'ipv6');
  if (!mapped && !translated) return undefined;
  // URL writes the last 32 bits as two groups of hexadecimal digits, whatever the notation was.
  const groups = new URL(`http://[${address}]`).hostname.slice(1, -1).split(':');
  const [high = '0', low = '0'] = groups.slice(-2).map((group) => group || '0');
  const bits = [Number.parseInt(high, 16), Number.parseInt(low, 16)];
  return bits.flatMap((group) => [group >> 8, group & 255]).join('.');
}
