/** The part of tr46 that is used; the package has no types of its own. */
export interface Tr46 {
  toASCII(domain: string, options: Tr46Options): string | null;
  toUnicode(domain: string, options: Tr46Options): { domain: string; error: boolean };
}

/** Which rules hold. */
export interface Tr46Options {
  checkHyphens: boolean;
  checkBidi: boolean;
  checkJoiners: boolean;
  verifyDNSLength?: boolean;
}
