/** Matching a client's host with the host part of an account: names, addresses, patterns with % and _, netmasks. */

const ADDRESS_BITS = 32;
const ADDRESS_FORM = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/;
/** Ranks are compared before the position of a wildcard is. */
const RANK_EXACT = 1_000_000;
const RANK_NETMASK = 500_000;

/** Whether an account of `accountHost` (lower case) admits a client known by any of `hosts`. */
export function hostMatches(accountHost: string, hosts: readonly string[]): boolean {
  const netmask = parseNetmask(accountHost);
  return hosts.some((host) => {
    const lower = host.toLowerCase();
    if (netmask === undefined) return matchesPattern(accountHost, lower);
    const address = parseAddress(lower);
    return address !== undefined && (address & netmask.mask) === netmask.address;
  });
}

/** Accounts are tried in descending order of this: exact hosts, then netmasks, then patterns by where their first
 *  wildcard stands. */
export function hostSpecificity(accountHost: string): number {
  if (parseNetmask(accountHost) !== undefined) return RANK_NETMASK;
  const wildcard = accountHost.search(/[%_]/);
  return wildcard === -1 ? RANK_EXACT : wildcard;
}

/** SQL's LIKE without an escape, but for `\`, on lower-case texts. */
export function matchesPattern(pattern: string, text: string): boolean {
  if (!/[%_\\]/.test(pattern)) return pattern === text;
  let source = "";
  for (let i = 0; i < pattern.length; i++) {
    const character = pattern.charAt(i);
    if (character === "%") source += "[\\s\\S]*";
    else if (character === "_") source += "[\\s\\S]";
    else if (character === "\\" && i + 1 < pattern.length) source += escaped(pattern.charAt(++i));
    else source += escaped(character);
  }
  return new RegExp(`^${source}$`, "u").test(text);
}

function escaped(character: string): string {
  return /[\\^$.*+?()[\]{}|/]/.test(character) ? `\\${character}` : character;
}

/** `address/mask` or `address/bits`. The address has no bits beyond the mask, else nothing matches. */
function parseNetmask(host: string): { readonly address: number; readonly mask: number } | undefined {
  const [addressText, maskText, rest] = host.split("/");
  if (addressText === undefined || maskText === undefined || rest !== undefined) return undefined;
  const address = parseAddress(addressText);
  const mask = /^\d{1,2}$/.test(maskText) ? maskOfBits(Number(maskText)) : parseAddress(maskText);
  return address === undefined || mask === undefined ? undefined : { address, mask };
}

function maskOfBits(bits: number): number | undefined {
  if (bits > ADDRESS_BITS) return undefined;
  return bits === 0 ? 0 : (-1 << (ADDRESS_BITS - bits)) | 0;
}

function parseAddress(text: string): number | undefined {
  const match = ADDRESS_FORM.exec(text);
  if (match === null) return undefined;
  const parts = match.slice(1).map(Number);
  if (parts.some((part) => part > 255)) return undefined;
  return parts.reduce((address, part) => (address << 8) | part, 0);
}
