/** A file or a folder in an archive. */
export interface ZipEntry {
  readonly filename: string;
  readonly directory: boolean;
  readonly encrypted: boolean;
  readonly compressionMethod: number;
  readonly compressedSize: number;
  readonly uncompressedSize: number;
  readonly localDirectory?: { readonly dataOffset?: number };
}

/** A file in an archive. */
export interface FileEntry extends ZipEntry {
  readonly directory: false;
  readonly crc32?: number;
  getData(
    writer: WritableStream,
    options: { checkOverlappingEntryOnly: boolean },
  ): Promise<unknown>;
}

/** What an archive is read from, at random. */
export interface ZipBytes {
  readonly size: number;
  readUint8Array(position: number, length: number): Promise<Uint8Array<ArrayBuffer>>;
  readonly readable: ReadableStream;
}

/** How strictly an archive is read. */
export interface ZipReaderOptions {
  readonly strictness: "strict";
  readonly filenameValidation: "tolerant";
  readonly useWebWorkers: false;
}

/** What is used of zip.js. */
export interface ZipJs {
  readonly ZipReader: new (
    reader: ZipBytes,
    options: ZipReaderOptions,
  ) => { getEntries(): Promise<(FileEntry | ZipEntry & { directory: true })[]> };
}
