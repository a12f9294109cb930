/** The words of `runtime/shadow.h`: a state, a world and a site for each start of a block, then its size. */
export const Shadow = {
  regionShift: 26,
  state: 7,
  live: 1,
  freed: 4,
  packed: 32,
  worldShift: 6,
  siteShift: 12,
  sizeShift: 8,
  sizeBig: 2 ** 24 - 1,
  payloadShift: 3,
  /** Sites below have no stack. */
  firstSite: 128,
} as const;
