import { describe, expect, test } from 'vitest';
import { ALLOW_NONE, blockedKind, isReachable, parseAllowList } from './address-guard.ts';

describe('an address that is not public is refused', () => {
  test.each([
    ['0.0.0.0', 'unspecified'],
    ['0.1.2.3', 'unspecified'],
    ['10.0.0.1', 'private'],
    ['100.64.0.1', 'carrierGradeNat'],
    ['100.100.100.200', 'carrierGradeNat'], // metadata of Alibaba
    ['127.0.0.1', 'loopback'],
    ['127.255.255.254', 'loopback'],
    ['169.254.169.254', 'linkLocal'], // metadata of most clouds
    ['168.63.129.16', 'metadata'],
    ['172.16.0.1', 'private'],
    ['172.31.255.255', 'private'],
    ['192.0.0.192', 'reserved'], // metadata of Oracle
    ['192.0.2.1', 'reserved'],
    ['192.88.99.1', 'reserved'],
    ['192.168.1.1', 'private'],
    ['198.18.0.1', 'reserved'],
    ['198.19.255.255', 'reserved'],
    ['198.51.100.1', 'reserved'],
    ['203.0.113.1', 'reserved'],
    ['224.0.0.1', 'multicast'],
    ['239.255.255.255', 'multicast'],
    ['240.0.0.1', 'reserved'],
    ['255.255.255.255', 'broadcast'],
    ['::', 'unspecified'],
    ['::1', 'loopback'],
    ['::7f00:1', 'reserved'], // ::127.0.0.1, as once was written
    ['fe80::1', 'linkLocal'],
    ['fec0::1', 'deprecatedSiteLocal'],
    ['fc00::1', 'uniqueLocal'],
    ['fd00:ec2::254', 'uniqueLocal'], // metadata of AWS
    ['ff02::1', 'multicast'],
    ['100::1', 'discard'],
    ['2001:db8::1', 'reserved'],
    ['3fff::1', 'reserved'],
    ['2001::1', 'teredo'],
    ['4000::1', 'reserved'],
    ['5f00::1', 'segmentRouting'],
    ['::ffff:127.0.0.1', 'loopback'],
    ['::ffff:7f00:1', 'loopback'],
    ['::ffff:10.0.0.1', 'private'],
    ['::ffff:169.254.169.254', 'linkLocal'],
    ['::ffff:0:10.0.0.1', 'private'],
    ['64:ff9b::10.0.0.1', 'private'],
    ['64:ff9b::a9fe:a9fe', 'linkLocal'],
    ['64:ff9b:1::8.8.8.8', 'private'],
    ['2002:7f00:1::', 'loopback'],
    ['2002:a00:1::1', 'private'],
    ['2002:c0a8:101::', 'private'],
    ['fe80::1%eth0', 'unreadable'],
    ['2606:4700::1%1', 'unreadable'],
    ['127.1', 'unreadable'],
    ['0x7f000001', 'unreadable'],
    ['0177.0.0.1', 'unreadable'],
    ['2130706433', 'unreadable'],
    ['localhost', 'unreadable'],
    ['', 'unreadable'],
  ])('%s is %s', (address, kind) => {
    expect(blockedKind(address)).toBe(kind);
    expect(isReachable('example.com', address, ALLOW_NONE)).toBe(false);
  });
});

test.each([
  '1.1.1.1',
  '8.8.8.8',
  '52.216.0.1',
  '100.63.255.255',
  '100.128.0.0',
  '172.15.255.255',
  '172.32.0.0',
  '192.167.255.255',
  '223.255.255.255',
  '2606:4700:4700::1111',
  '2a00:1450:4001::200e',
  '::ffff:8.8.8.8',
  '64:ff9b::8.8.8.8', // how networks without IPv4 reach the rest
  '2002:808:808::1',
])('the public address %s is reached', (address) => {
  expect(blockedKind(address)).toBeNull();
  expect(isReachable('example.com', address, ALLOW_NONE)).toBe(true);
});

describe('an allow list', () => {
  const allow = parseAllowList(['minio', ' Files.Example.com ', '10.1.0.0/16', '192.168.7.7', 'fd12::/16', 'fd99::1']);

  test.each([
    ['minio', '172.18.0.2', true],
    ['MINIO', '172.18.0.2', true],
    ['minio.example.com', '172.18.0.2', false],
    ['files.example.com', '127.0.0.1', true],
    ['a', '10.1.255.1', true],
    ['a', '10.2.0.1', false],
    ['a', '::ffff:10.1.0.1', true],
    ['a', '192.168.7.7', true],
    ['a', '192.168.7.8', false],
    ['a', 'fd12:1::1', true],
    ['a', 'fd13::1', false],
    ['a', 'fd99::1', true],
    ['minio', 'nonsense', false],
  ])('lets %s at %s be reached: %s', (host, address, expected) => {
    expect(isReachable(host, address, allow)).toBe(expected);
  });

  test.each(['', 'a b', 'http://minio', '10.0.0.0/33', '*', '[::1]'])('cannot hold %j', (entry) => {
    expect(() => parseAllowList([entry])).toThrow(/no host name, address or range/);
  });
});
