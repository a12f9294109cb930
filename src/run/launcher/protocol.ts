/** The other side is `runtime/launcher/protocol.h`, which draws what goes over the pipe. */

export const PROTOCOL_VERSION = 1;
const JOB_MAGIC = 0x4a4c4643;
const REPORT_MAGIC = 0x524c4643;

/** Sizes and offsets, held to the C compiler's own by a test. */
export const JOB = {
  size: 56,
  magic: 0,
  version: 4,
  flags: 6,
  length: 8,
  id: 12,
  memory: 16,
  timeout_ms: 24,
  grace_ms: 28,
  processes: 32,
  cpu_seconds: 36,
  head: 40,
  tail: 44,
  arguments: 48,
  variables: 52,
};

export const REPORT = {
  size: 104,
  magic: 0,
  version: 4,
  kind: 6,
  length: 8,
  id: 12,
  pid: 16,
  code: 20,
  signal: 24,
  flags: 28,
  wall_ns: 32,
  user_us: 40,
  system_us: 48,
  peak: 56,
  orphans: 64,
  survivors: 68,
  total: 72,
  head: 88,
  tail: 96,
};

/** What is to be run, complete. */
export interface Job {
  /** Absolute, or seen from `directory`. */
  executable: string;
  directory: string;
  /** A file for its standard input; absent: none. */
  input?: string;
  /** The first is its name. */
  arguments: readonly string[];
  environment: NodeJS.ProcessEnv;
  limits: Limits;
  /** Stack, heap and modules lie where they lay in the last run, if the kernel agrees. */
  sameAddresses?: boolean;
}

/** What a program and all its descendants may take. */
export interface Limits {
  /** Milliseconds until SIGTERM. */
  timeoutMs?: number;
  /** From SIGTERM to SIGKILL, milliseconds. */
  graceMs?: number;
  /** Resident bytes of all of them. */
  memory?: number;
  /** How many at once. */
  processes?: number;
  /** Seconds of processor time of each. */
  cpuSeconds?: number;
  /** Bytes kept of the start of what it prints, and as many of the end; 64 KiB each unless told. */
  keep?: number;
  /** Lets it leave a core dump where the machine wants that. */
  core?: boolean;
}

const KEEP = 64 * 1024;
const GRACE_MS = 1000;

/** The bytes of one job. */
export function encodeJob(id: number, job: Job): Buffer {
  const { limits } = job;
  const variables = Object.entries(job.environment).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${value}`],
  );
  const words = [job.executable, job.directory, job.input ?? '', ...job.arguments, ...variables];
  const zero = words.find((word) => word.includes('\0'));
  if (zero !== undefined)
    throw new Error(`no program can be given a zero byte, as in ${JSON.stringify(zero)}`);
  const text = Buffer.from(`${words.join('\0')}\0`);
  const bytes = Buffer.alloc(JOB.size + text.length);
  bytes.writeUInt32LE(JOB_MAGIC, JOB.magic);
  bytes.writeUInt16LE(PROTOCOL_VERSION, JOB.version);
  bytes.writeUInt16LE((limits.core ? 1 : 0) | (job.sameAddresses ? 2 : 0), JOB.flags);
  bytes.writeUInt32LE(text.length, JOB.length);
  bytes.writeUInt32LE(id, JOB.id);
  bytes.writeBigUInt64LE(BigInt(limits.memory ?? 0), JOB.memory);
  bytes.writeUInt32LE(limits.timeoutMs ?? 0, JOB.timeout_ms);
  bytes.writeUInt32LE(limits.graceMs ?? GRACE_MS, JOB.grace_ms);
  bytes.writeUInt32LE(limits.processes ?? 0, JOB.processes);
  bytes.writeUInt32LE(limits.cpuSeconds ?? 0, JOB.cpu_seconds);
  bytes.writeUInt32LE(limits.keep ?? KEEP, JOB.head);
  bytes.writeUInt32LE(limits.keep ?? KEEP, JOB.tail);
  bytes.writeUInt32LE(job.arguments.length, JOB.arguments);
  bytes.writeUInt32LE(variables.length, JOB.variables);
  text.copy(bytes, JOB.size);
  return bytes;
}

/** What a program printed to one stream: all of it, or its start and its end. */
export interface Printed {
  head: Buffer;
  tail: Buffer;
  /** Bytes between the two that were not kept. */
  dropped: number;
}

export interface Report {
  kind: 'ended' | 'no-program' | 'no-directory' | 'no-input' | 'no-process';
  id: number;
  pid: number;
  /** Exit status; when it was not started, the errno. */
  code: number;
  /** Number of the signal that ended it; 0: it exited. */
  signal: number;
  timedOut: boolean;
  /** The limit for which it was ended. */
  exceeded?: 'memory' | 'processes';
  dumpedCore: boolean;
  /** It was asked for, and the kernel agreed. */
  sameAddresses: boolean;
  wallMs: number;
  /** Processor time of the program and of those that it waited for, milliseconds. */
  userMs: number;
  systemMs: number;
  /** Resident bytes of its largest process. */
  peak: number;
  /** Processes that outlived it, and were ended. */
  orphans: number;
  /** Processes that could not be ended. */
  survivors: number;
  stdout: Printed;
  stderr: Printed;
}

const KINDS = [undefined, 'ended', 'no-program', 'no-directory', 'no-input', 'no-process'] as const;

/** More than that no report can hold: both streams with all that may be kept. */
const LONGEST = 4 * 16 * 1024 * 1024;

/** Puts reports together from the pieces in which they come. */
export class ReportReader {
  #held: Buffer = Buffer.alloc(0);

  /** The reports that `piece` completes. Throws when the bytes are no reports. */
  push(piece: Buffer): Report[] {
    this.#held = this.#held.length === 0 ? piece : Buffer.concat([this.#held, piece]);
    const reports: Report[] = [];
    while (this.#held.length >= REPORT.size) {
      const held = this.#held;
      if (held.readUInt32LE(REPORT.magic) !== REPORT_MAGIC) throw new Error('no report begins here');
      const version = held.readUInt16LE(REPORT.version);
      if (version !== PROTOCOL_VERSION) throw new Error(`reports of version ${version} are not known`);
      const length = held.readUInt32LE(REPORT.length);
      if (length > LONGEST) throw new Error('a report is longer than any can be');
      if (held.length < REPORT.size + length) break;
      reports.push(decode(held.subarray(0, REPORT.size + length)));
      this.#held = held.subarray(REPORT.size + length);
    }
    return reports;
  }
}

function decode(bytes: Buffer): Report {
  const kind = KINDS[bytes.readUInt16LE(REPORT.kind)];
  if (kind === undefined) throw new Error('a report of an unknown kind');
  const flags = bytes.readUInt32LE(REPORT.flags);
  const number = (at: number) => Number(bytes.readBigUInt64LE(at));
  let at = REPORT.size;
  const [stdout, stderr] = [0, 1].map((stream): Printed => {
    const [head, tail] = [REPORT.head, REPORT.tail].map((field) => {
      const size = bytes.readUInt32LE(field + 4 * stream);
      if (at + size > bytes.length) throw new Error('a report has less output than it says');
      at += size;
      return Buffer.from(bytes.subarray(at - size, at));
    }) as [Buffer, Buffer];
    return { head, tail, dropped: number(REPORT.total + 8 * stream) - head.length - tail.length };
  }) as [Printed, Printed];
  return {
    kind,
    id: bytes.readUInt32LE(REPORT.id),
    pid: bytes.readInt32LE(REPORT.pid),
    code: bytes.readInt32LE(REPORT.code),
    signal: bytes.readInt32LE(REPORT.signal),
    timedOut: (flags & 1) !== 0,
    ...(flags & 2 ? { exceeded: 'memory' as const } : flags & 4 ? { exceeded: 'processes' as const } : {}),
    dumpedCore: (flags & 8) !== 0,
    sameAddresses: (flags & 16) !== 0,
    wallMs: number(REPORT.wall_ns) / 1e6,
    userMs: number(REPORT.user_us) / 1e3,
    systemMs: number(REPORT.system_us) / 1e3,
    peak: number(REPORT.peak),
    orphans: bytes.readUInt32LE(REPORT.orphans),
    survivors: bytes.readUInt32LE(REPORT.survivors),
    stdout,
    stderr,
  };
}
