import { GapReason } from '../ledger/enums.ts';
import type { Gap, World } from '../model/index.ts';
import { fileName } from './world-names.ts';

export interface GapFacts {
  /** Path of the module concerned. */
  module?: string;
  /** What the runtime added: mostly the functions concerned. */
  detail: string;
  /** The runtime was built without the decoder that relocates prologues. */
  noDecoder: boolean;
  /** The module's debug info was found. */
  debugInfo: boolean;
  /** Its allocation functions were recognised by their shape. */
  guessed?: boolean;
  /** Call sites in it that could not be told apart. */
  undetermined: number;
}

/** What a gap of the runtime means to a person, and what mends it. */
export function explainGap(reason: number, facts: GapFacts): Gap {
  const about = facts.module === undefined ? {} : { module: facts.module };
  const name = facts.module === undefined ? 'the module' : fileName(facts.module);
  const which = facts.detail === '' ? '' : ` (${facts.detail})`;
  switch (reason) {
    case GapReason.shimsPartial:
      return { ...about, ...optimised(facts, which) };
    case GapReason.stripped:
      return {
        ...about,
        reason: facts.guessed
          ? 'Rust code without a symbol table: its allocation functions were recognised by their shape, so what rests on them is only possible'
          : `Rust code without a symbol table: its allocation functions cannot be found${which}`,
        remedy:
          'build it with `strip = false` and `debug = 1` in the Cargo profile, or ask its vendor for symbols',
      };
    case GapReason.notHooked:
      return {
        ...about,
        reason: `functions whose code could not be redirected${which}`,
        remedy: facts.noDecoder
          ? 'install the decoder library that `crossfree doctor` names, then run `npm run build` again'
          : `build ${name} in release mode with \`lto = false\`, and report this with the file if it stays`,
      };
    case GapReason.ownAllocator:
      return {
        ...about,
        reason: `it defines allocation functions of its own that are not observed${which}`,
        remedy: `export them from ${name} by their usual names, or link it without its own allocator for the observed run`,
      };
    case GapReason.otherEntries:
      return {
        ...about,
        reason: `${entries(name, facts.detail)}, so blocks may come and go unseen: that one of them was released twice or handed out twice is ${facts.detail === '' ? 'only possible' : 'not concluded'}`,
        remedy: `observe a build or a start of the program without ${name}'s malloc, on the C library's`,
      };
    case GapReason.deepbind:
      return {
        ...about,
        reason: 'loaded with RTLD_DEEPBIND: its calls to malloc and free bypass the runtime',
        remedy: 'load it without RTLD_DEEPBIND for the observed run',
      };
    case GapReason.namespace:
      return {
        ...about,
        reason: 'loaded by dlmopen into a namespace of its own, which has a C library of its own',
        remedy: 'load it with dlopen for the observed run',
      };
    case GapReason.worldsFull:
      return {
        ...about,
        reason:
          'more modules with allocation functions of their own than can be told apart: its blocks match any world',
        remedy: 'observe a run that loads fewer of them',
      };
    case GapReason.ledgerFull:
      return {
        ...about,
        reason: 'the ledger could not grow: what happened later is not recorded',
        remedy: 'free some space where TMPDIR points, or set TMPDIR to a larger disk',
      };
    case GapReason.shadowRefused:
      return {
        ...about,
        reason:
          'a memory limit leaves no room for the record of blocks: from there on the program ran unobserved',
        remedy: 'raise the limit for the observed run (`ulimit -v unlimited`)',
      };
    case GapReason.noLoaderEvents:
      return {
        ...about,
        reason: "the loader's notifications are not available: modules loaded later go unnoticed",
        remedy: 'start the program through the system loader, or preload its plug-ins with LD_PRELOAD',
      };
    case GapReason.notArranged: {
      const [world, why] = facts.detail.split('\t');
      return {
        ...about,
        reason: `${staysText(world ?? '')}${why}`,
        remedy: `give ${world} another allocator where the program is built, or leave it out of the arrangement`,
      };
    }
    default:
      return {
        ...about,
        reason: `something could not be observed (reason ${reason})${which}`,
        remedy: 'use the crossfree that goes with this runtime',
      };
  }
}

function optimised({ debugInfo, undetermined }: GapFacts, which: string): Gap {
  const lost = `link-time optimisation dissolved some of its Rust allocation functions${which}`;
  if (!debugInfo) {
    return {
      reason: `${lost}; without debug info its calls to malloc and free cannot be told apart`,
      remedy: 'set `lto = false` in the Cargo profile of the observed build, or keep it and set `debug = 1`',
    };
  }
  const sites = undetermined === 1 ? '1 call site' : `${undetermined} call sites`;
  return {
    reason:
      undetermined > 0
        ? `${lost}; debug info does not tell ${sites} apart, and layouts are not compared`
        : `${lost}; layouts are not compared`,
    remedy:
      undetermined > 0
        ? 'set `lto = false` in the Cargo profile of the observed build (`debug = 1` alone tells more sites apart, but not all)'
        : 'set `lto = false` in the Cargo profile of the observed build',
  };
}

/** How the reason begins for which a world was not put on another allocator; the rest says why. */
export function staysText(world: World): string {
  return `the world ${world} stays on its allocator: `;
}

/** What is not seen of an allocator that is not the C library's; `detail`: an entry, or why they cannot be listed. */
function entries(name: string, detail: string): string {
  if (detail === '') return `the code of ${name} may use its malloc past the functions that are observed`;
  if (detail.includes(' ')) return `which entries the malloc of ${name} has is not known (${detail})`;
  return `the malloc of ${name} has more entries than are observed (${detail})`;
}
