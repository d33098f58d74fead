/**
 * The path as it is. Python extracts a member of a zip archive, as Python programs may run from one; Node programs do not.
 */
export function extract_zipped_paths(path: string): string {
  return path;
}
