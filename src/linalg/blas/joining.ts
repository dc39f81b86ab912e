import type { BlasInvitation } from "./library.ts";
import { blasTeam, type TaskRoutines } from "./team.ts";

/** Opens a library for one helper. Runs there, so it uses nothing around it. */
function openForHelper({ path, symbols }: BlasInvitation): TaskRoutines {
  const { dsyrk, dgemm, setThreads } = Deno.dlopen(path, symbols).symbols;
  setThreads?.(1n);
  return { dsyrk, dgemm } as TaskRoutines;
}

/** The text of a function by which a helper joins a {@linkcode blasTeam}. */
export const JOIN_BLAS_TEAM: string =
  `(invitation) => (${blasTeam})((${openForHelper})(invitation), invitation)`;
