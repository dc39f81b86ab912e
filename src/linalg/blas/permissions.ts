/**
 * Whether Deno was given a permission; never asks for it.
 *
 * @param permission Which one.
 * @returns Whether it was granted in full.
 */
export function granted(permission: Deno.PermissionDescriptor): boolean {
  return Deno.permissions.querySync(permission).state === "granted";
}
