/** The enumerations of `runtime/ledger_format.h`; a test holds both together. */

export const RecordType = {
  module: 1,
  moduleGone: 2,
  world: 3,
  stack: 4,
  finding: 5,
  pair: 6,
  gap: 7,
  provider: 8,
  message: 9,
  fork: 10,
  exec: 11,
  exit: 12,
  release: 13,
  releaseBirth: 14,
  cause: 16,
  moduleBack: 18,
  crash: 32,
  crashBlock: 33,
  crashMemory: 34,
  crashEnd: 36,
  user: 40,
} as const;

export const LedgerFlag = {
  ready: 1,
  exited: 2,
  stopped: 4,
  sitesFull: 8,
  noDecoder: 16,
  worldsFull: 32,
  unobserved: 64,
} as const;

export const ModuleFlag = {
  executable: 1,
  rust: 2,
  shimsHooked: 4,
  shimsPartial: 8,
  stripped: 16,
  shimsGuessed: 32,
  runtime: 64,
  vdso: 128,
} as const;

export const WorldKind = { c: 1, cxx: 2, cxxArray: 3, rust: 4, undetermined: 5, any: 6 } as const;

export const WorldFlag = { private: 1, guessed: 2 } as const;

export const FindingCodeNumber = {
  crossFree: 1,
  doubleFree: 2,
  invalidFree: 3,
  layoutMismatch: 4,
  twoOwners: 11,
} as const;

export const ActNumber = { performed: 1, returned: 2, redirected: 3, prevented: 4, stopped: 5 } as const;

export const Where = {
  none: 0,
  interior: 1,
  stack: 2,
  static: 3,
  mapped: 4,
  unmapped: 5,
  unknown: 6,
} as const;

export const GapReason = {
  shimsPartial: 1,
  stripped: 2,
  notHooked: 3,
  ownAllocator: 4,
  deepbind: 5,
  namespace: 6,
  worldsFull: 7,
  ledgerFull: 8,
  shadowRefused: 9,
  noLoaderEvents: 10,
  notArranged: 11,
  otherEntries: 16,
} as const;

export const KnownAllocator = {
  other: 0,
  glibc: 1,
  jemalloc: 2,
  mimalloc: 3,
  tcmalloc: 4,
  scudo: 5,
} as const;

export const QuestionState = { none: 0, taken: 1, asked: 2, seen: 3, answered: 4 } as const;

export const QuestionKind = { where: 1, atExit: 2, ranges: 3, atCrash: 4, kill: 5 } as const;

export const AnswerFlag = { known: 1, mapped: 2, accessible: 4, stack: 8 } as const;

export const CrashBlockState = { live: 1, passing: 2, freed: 3 } as const;
