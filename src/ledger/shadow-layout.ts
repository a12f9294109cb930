/** The words of `runtime/shadow.h`: a state, a world and a site for each start of a block, then its size. */
export const Shadow = {
  regionShift: 26,
  state: 3,
  live: 2,
  freed: 1,
  narrow: 32,
  upper: 16,
  spacedShift: 5,
  plainShift: 4,
  layerBytes: 16,
  worldShift: 6,
  siteShift: 12,
  sizeShift: 8,
  sizeBig: 2 ** 24 - 1,
  payloadShift: 3,
  /** Sites below have no stack. */
  firstSite: 256,
  /** What is known of a site: `runtime/sites.h`. */
  siteChunkLog2: 13,
  siteBytes: 16,
  siteOfAt: 8,
  siteReleaseBit: 31,
} as const;
