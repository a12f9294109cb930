/** One thing that was looked at on this machine. */
export interface Check {
  id: string;
  title: string;
  /** `missing` takes something away, `note` is worth knowing only. */
  state: 'ok' | 'missing' | 'note';
  /** What was found, or what is lost without it. */
  detail: string;
  /** The one line that mends it. */
  remedy?: string;
}

/** What this machine can and cannot observe. */
export interface Health {
  schema: 'crossfree/doctor@1';
  /** Whether a program could really be observed. */
  observes: boolean;
  checks: Check[];
}
