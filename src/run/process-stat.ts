/** What `/proc/PID/stat` tells, as far as we ask. */
export interface ProcessStat {
  state: string;
  parent: number;
  group: number;
  /** Number of the controlling terminal; 0: none. */
  terminal: number;
  /** The terminal's foreground group. */
  foreground: number;
  /** Clock ticks since boot. */
  started: number;
}

/** Reads the text of `/proc/PID/stat`. */
export function parseStat(text: string): ProcessStat {
  // the second field, the name, may itself hold spaces and brackets
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const number = (index: number) => Number(fields[index] ?? 0);
  return {
    state: fields[0] ?? '',
    parent: number(1),
    group: number(2),
    terminal: number(4),
    foreground: number(5),
    started: number(19),
  };
}
