/** An address as one number, and how many bits it has: 32 or 128. */
interface Address {
  readonly bits: 32 | 128;
  readonly value: bigint;
}

/** Addresses that begin alike. */
interface Block extends Address {
  readonly prefix: number;
}

const OCTET = "(0|[1-9][0-9]{0,2})";
const IPV4 = new RegExp(`^${OCTET}\\.${OCTET}\\.${OCTET}\\.${OCTET}$`);

/** What is not the public Internet: the registry of RFC 6890, as IANA keeps it, with what of it was given up. */
const SPECIAL_IPV4: readonly Block[] = [
  "0.0.0.0/8", // this host, this network
  "10.0.0.0/8", // private
  "100.64.0.0/10", // between a provider and its customers
  "127.0.0.0/8", // loopback
  "169.254.0.0/16", // link-local, and the metadata of clouds
  "172.16.0.0/12", // private
  "192.0.0.0/24", // protocols
  "192.0.2.0/24", // documentation
  "192.31.196.0/24", // AS112
  "192.52.193.0/24", // AMT
  "192.88.99.0/24", // relays of 6to4
  "192.168.0.0/16", // private
  "192.175.48.0/24", // AS112
  "198.18.0.0/15", // benchmarks
  "198.51.100.0/24", // documentation
  "203.0.113.0/24", // documentation
  "224.0.0.0/4", // multicast
  "240.0.0.0/4", // reserved, and broadcast
].map(readBlock);

/** All that is given out of IPv6. Loopback, private, link-local, site-local and multicast addresses and `::/8` are outside. */
const GLOBAL_IPV6 = readBlock("2000::/3");

const SPECIAL_IPV6: readonly Block[] = [
  "2001::/23", // protocols: Teredo, benchmarks, ORCHID
  "2001:db8::/32", // documentation
  "2002::/16", // 6to4
  "2620:4f:8000::/48", // AS112
  "3fff::/20", // documentation
].map(readBlock);

/** IPv4 as it is reached from networks without it (RFC 6052): as public as the address within. */
const NAT64 = readBlock("64:ff9b::/96");

/**
 * Whether an address is one of the public Internet, which anybody may call. What cannot be read is not.
 *
 * IPv4 in IPv6 is refused in every form but `64:ff9b::/96`, which networks without IPv4 resolve all names of IPv4 to.
 *
 * @example
 * isPublicAddress("169.254.169.254"); // false
 */
export function isPublicAddress(text: string): boolean {
  const address = readAddress(text);
  if (address === undefined) return false;
  if (address.bits === 32) return isPublicIpv4(address);
  if (isIn(NAT64, address)) return isPublicIpv4({ bits: 32, value: address.value & 0xffffffffn });
  return isIn(GLOBAL_IPV6, address) && !SPECIAL_IPV6.some((block) => isIn(block, address));
}

/** Names that are never of the public DNS (RFC 6761, RFC 6762, RFC 8375, ICANN's `internal`), and those without a dot. */
const LOCAL_NAME = /^(?:[^.]*|.*\.(?:localhost|local|localdomain|lan|internal|onion|home\.arpa))$/;

/**
 * Whether the host of a URL, as `URL` writes it and without a dot at its end, may be public: a literal address that is, or a name. What a
 * name resolves to is another question.
 */
export function mayBePublicHost(host: string): boolean {
  const literal = host.startsWith("[") ? host.slice(1, -1) : host;
  if (readAddress(literal) !== undefined) return isPublicAddress(literal);
  return !LOCAL_NAME.test(host);
}

function isPublicIpv4(address: Address): boolean {
  return !SPECIAL_IPV4.some((block) => isIn(block, address));
}

/** Of a block and an address of the same kind. */
function isIn(block: Block, { value }: Address): boolean {
  const rest = BigInt(block.bits - block.prefix);
  return value >> rest === block.value >> rest;
}

function readBlock(text: string): Block {
  const [address = "", prefix] = text.split("/");
  return { ...(readAddress(address) as Address), prefix: Number(prefix) };
}

function readAddress(text: string): Address | undefined {
  return text.includes(":") ? readIpv6(text) : readIpv4(text);
}

function readIpv4(text: string): Address | undefined {
  const octets = IPV4.exec(text)?.slice(1).map(BigInt);
  if (octets?.every((octet) => octet <= 0xffn) !== true) return undefined;
  return { bits: 32, value: octets.reduce((value, octet) => (value << 8n) | octet, 0n) };
}

/** By the reader of `URL`, which writes every form in one: eight groups, the longest run of zeros as `::`. */
function readIpv6(text: string): Address | undefined {
  if (!/^[0-9a-f:.]+$/i.test(text) || !URL.canParse(`http://[${text}]`)) return undefined;
  const canonical = new URL(`http://[${text}]`).hostname.slice(1, -1);
  const [before = [], after = []] = canonical
    .split("::")
    .map((part) => part.split(":").filter((group) => group !== ""));
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => "0");
  const groups = [...before, ...zeros, ...after];
  return {
    bits: 128,
    value: groups.reduce((value, group) => (value << 16n) | BigInt(`0x${group}`), 0n),
  };
}
