import { readFileSync } from 'node:fs';
import { arch, cpus, version as kernelVersion, loadavg, release, totalmem } from 'node:os';
import { probeTool, type ToolName } from './tools.ts';

/** The machine that the figures belong to. */
export interface Machine {
  processor: string;
  cores: number;
  memoryBytes: number;
  architecture: string;
  kernel: string;
  /** The distribution as it names itself. */
  system: string;
  glibc: string;
  node: string;
  /** How many processes wanted a processor in the minute before the start: more than there are cores disturb. */
  load?: number;
  /** Versions of the tools that were asked for and are there. */
  tools: Partial<Record<ToolName, string>>;
}

/** How busy the machine is now, as `Machine` has it. */
export function loadNow(): number {
  return Math.round((loadavg()[0] ?? 0) * 100) / 100;
}

/** Describes this machine and the given tools; starts each tool once. `load`: at the start of what is described. */
export function describeMachine(tools: readonly ToolName[], load: number): Machine {
  const present = tools.flatMap((name) => {
    const version = probeTool(name);
    return version === undefined ? [] : [[name, version] as const];
  });
  return {
    processor: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryBytes: totalmem(),
    architecture: arch(),
    kernel: release(),
    system: systemName(),
    glibc: glibcVersion(),
    node: process.versions.node,
    load,
    tools: Object.fromEntries(present),
  };
}

function systemName(): string {
  try {
    return /^PRETTY_NAME="?(.*?)"?$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? kernelVersion();
  } catch {
    return kernelVersion();
  }
}

/** glibc's version as Node's own report states it; `none` under another C library. */
function glibcVersion(): string {
  const report = process.report?.getReport() as { header?: { glibcVersionRuntime?: string } } | undefined;
  return report?.header?.glibcVersionRuntime ?? 'none';
}

/** The machine in one sentence. */
export function machineText({
  processor,
  cores,
  memoryBytes,
  system,
  kernel,
  glibc,
  tools,
  load,
}: Machine): string {
  const versions = Object.entries(tools).map(([tool, version]) => `${tool} ${version}`);
  const memory = `${Math.round(memoryBytes / 2 ** 30)} GiB`;
  return `On ${[processor, `${cores} cores`, memory, system, `Linux ${kernel}`, `glibc ${glibc}`, ...versions].join(', ')}.${busy(load, cores)}`;
}

/** One sentence where other programs took more than their share. */
function busy(load: number | undefined, cores: number): string {
  if (load === undefined || load <= cores) return '';
  return ` It was busy with other things: ${load.toFixed(1)} processes wanted its ${cores} cores.`;
}
