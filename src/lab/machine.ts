import { readFileSync } from 'node:fs';
import { arch, cpus, version as kernelVersion, release, totalmem } from 'node:os';
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
  /** Versions of the tools that were asked for and are there. */
  tools: Partial<Record<ToolName, string>>;
}

/** Describes this machine and the given tools; starts each tool once. */
export function describeMachine(tools: readonly ToolName[]): Machine {
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
}: Machine): string {
  const versions = Object.entries(tools).map(([tool, version]) => `${tool} ${version}`);
  const memory = `${Math.round(memoryBytes / 2 ** 30)} GiB`;
  return `On ${[processor, `${cores} cores`, memory, system, `Linux ${kernel}`, `glibc ${glibc}`, ...versions].join(', ')}.`;
}
