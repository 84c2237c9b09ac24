import { OratorError } from '@orator/core/base/errors';
import ipaddr from 'ipaddr.js';

type Address = ReturnType<typeof ipaddr.parse>;
type Range = ReturnType<typeof ipaddr.parseCIDR>;

/** Hosts and addresses that may be reached although they are not public. */
export interface AllowList {
  readonly hosts: ReadonlySet<string>;
  readonly ranges: readonly Range[];
}

/** The allow list that allows nothing but public addresses. */
export const ALLOW_NONE: AllowList = { hosts: new Set(), ranges: [] };

/**
 * Reads an allow list: host names such as `minio`, addresses such as `10.1.2.3` and ranges such as `10.0.0.0/8`.
 * @throws {OratorError} `request/invalid`
 */
export function parseAllowList(entries: readonly string[]): AllowList {
  const hosts = new Set<string>();
  const ranges: Range[] = [];
  for (const entry of entries) {
    const text = entry.trim().toLowerCase();
    if (ipaddr.isValidCIDR(text)) ranges.push(ipaddr.parseCIDR(text));
    else if (ipaddr.isValid(text)) ranges.push([ipaddr.process(text), ipaddr.process(text).toByteArray().length * 8]);
    else if (/^[a-z0-9_]([a-z0-9._-]*[a-z0-9_])?$/.test(text)) hosts.add(text);
    else {
      throw new OratorError('request/invalid', `"${entry}" is no host name, address or range such as "10.0.0.0/8".`);
    }
  }
  return { hosts, ranges };
}

/** Whether words are an allow list. */
export function isAllowList(entries: readonly string[]): boolean {
  try {
    parseAllowList(entries);
    return true;
  } catch {
    return false;
  }
}

/** Special ranges that the library takes for ordinary ones. */
const SPECIAL: readonly (readonly [string, string])[] = [
  ['168.63.129.16/32', 'metadata'], // Azure's own services, from inside a virtual machine
  ['64:ff9b:1::/48', 'private'], // NAT64 for local use: what it translates to, nobody outside knows
];

/** Where an IPv6 address has an IPv4 address inside that packets end up at: the range, and the byte at which that begins. */
const EMBEDDED: readonly (readonly [string, number])[] = [
  ['::ffff:0:0/96', 12], // IPv4-mapped
  ['::ffff:0:0:0/96', 12], // IPv4-translated
  ['64:ff9b::/96', 12], // NAT64
  ['2002::/16', 2], // 6to4
];

/** All that is handed out to the public of IPv6 is in here. */
const PUBLIC_IPV6 = '2000::/3';

/** What kind of address it is that must not be reached, such as `private`; `null` for a public one. */
export function blockedKind(address: string): string | null {
  // An address with a zone is meant for one network card; what the parser takes beyond that is no address of a resolver.
  if (address.includes('%') || !ipaddr.isValid(address)) return 'unreadable';
  const parsed = ipaddr.parse(address);
  if (parsed.kind() === 'ipv4' && !ipaddr.IPv4.isValidFourPartDecimal(address)) return 'unreadable';
  return kindOf(parsed);
}

/** Whether the allow list or its being public lets an address of a host be reached. */
export function isReachable(host: string, address: string, allow: AllowList): boolean {
  if (blockedKind(address) === null) return true;
  if (!ipaddr.isValid(address)) return false;
  // An address written as IPv6 that means an IPv4 one is judged as that.
  const parsed = ipaddr.process(address);
  return allow.hosts.has(host.toLowerCase()) || allow.ranges.some((range) => isIn(parsed, range));
}

function kindOf(address: Address): string | null {
  for (const [range, kind] of SPECIAL) if (isIn(address, ipaddr.parseCIDR(range))) return kind;
  for (const [range, at] of EMBEDDED) {
    if (isIn(address, ipaddr.parseCIDR(range))) {
      return kindOf(ipaddr.fromByteArray(address.toByteArray().slice(at, at + 4)));
    }
  }
  const kind = address.range();
  if (kind !== 'unicast') return kind;
  return address.kind() === 'ipv4' || isIn(address, ipaddr.parseCIDR(PUBLIC_IPV6)) ? null : 'reserved';
}

const isIn = (address: Address, range: Range): boolean => address.kind() === range[0].kind() && address.match(range);
