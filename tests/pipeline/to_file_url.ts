/** The file URL of an absolute path, with every character escaped that needs it. */
export function toFileUrl(path: string): URL {
  const url = new URL("file:///");
  url.pathname = path.split("/").map(encodeURIComponent).join("/");
  return url;
}
