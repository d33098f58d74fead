/** IPv4 addresses and networks, read as the C library reads them. */
import { OSError, ValueError } from '../../builtins/index.js';

/** One part of an address: decimal, `0x` hexadecimal or `0` octal; null when it is none. */
function parsePart(part: string): number | null {
  if (/^0x[0-9a-f]+$/i.test(part)) return Number.parseInt(part, 16);
  if (/^0[0-7]*$/.test(part)) return Number.parseInt(part, 8);
  return /^[1-9][0-9]*$/.test(part) ? Number(part) : null;
}

/** The C library's `inet_aton`: one to four parts, of which the last fills what is left. Null when it is no address. */
function inetAton(text: string): number | null {
  // White space ends the address for the C library, whatever follows it.
  const parts = text
    .replace(/[ \t-\r].*$/s, '')
    .split('.')
    .map(parsePart);
  const last = parts.pop();
  if (last === undefined || last === null || parts.length > 3) return null;
  let address = 0;
  for (const part of parts) {
    if (part === null || part > 255) return null;
    address = address * 256 + part;
  }
  const room = 256 ** (4 - parts.length);
  return last < room ? address * room + last : null;
}

/** Whether the C library takes the text for an IPv4 address: `127.0.0.1`, but `127.1` and `0x7f.1`, too. */
export function is_ipv4_address(string_ip: string): boolean {
  return inetAton(string_ip) !== null;
}

/** Whether the text is an IPv4 network with a prefix length of 1 to 32: `192.168.0.0/24`. */
export function is_valid_cidr(string_network: string): boolean {
  const [address, bits, ...more] = string_network.split('/');
  const mask = more.length === 0 && bits !== undefined ? parseBits(bits) : null;
  return mask !== null && mask >= 1 && mask <= 32 && is_ipv4_address(address ?? '');
}

/** What Python's `int()` accepts here; null for the rest. */
function parseBits(text: string): number | null {
  return /^\s*[+-]?[0-9]+(?:_[0-9]+)*\s*$/.test(text) ? Number(text.replaceAll('_', '')) : null;
}

/**
 * Whether an address is in a network: `192.168.1.1` is in `192.168.1.0/24`. Throws OSError for what is no address and
 * ValueError for what is no prefix length.
 */
export function address_in_network(ip: string, net: string): boolean {
  const [network = '', bits = ''] = net.split('/');
  const size = parseBits(bits);
  if (size === null || size < 0 || size > 32) throw new ValueError(`invalid prefix length: '${bits}'`);
  const block = 2 ** (32 - size);
  return Math.floor(addressOf(ip) / block) === Math.floor(addressOf(network) / block);
}

function addressOf(text: string): number {
  const address = inetAton(text);
  if (address === null) throw new OSError(`illegal IP address string: '${text}'`);
  return address;
}

/** A prefix length as a mask: 24 is `255.255.255.0`. Throws ValueError beyond 0 to 32. */
export function dotted_netmask(mask: number): string {
  if (!Number.isInteger(mask) || mask < 0 || mask > 32) {
    throw new ValueError(`a prefix length is an integer from 0 to 32, not ${mask}`);
  }
  const bits = 2 ** 32 - 2 ** (32 - mask);
  return [24, 16, 8, 0].map((shift) => Math.floor(bits / 2 ** shift) % 256).join('.');
}
