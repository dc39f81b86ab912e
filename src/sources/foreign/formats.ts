// deno-lint-ignore-file no-control-regex -- magics are full of them
import { isLongText, latin1Of } from "../first_bytes.ts";
import {
  arrayLine,
  COPIED_ROWS,
  EMBED_IT,
  FVECS,
  MATLAB_ARRAY,
  PICKLE,
  ROWS_ALONE,
  RUN_IT,
  SPREADSHEET,
  tableLine,
  TENSOR,
  TRUSTED,
} from "./lines.ts";
import { isFvecs, isOtherText, isTfRecord, isWord2VecBinary } from "./magics.ts";

/** A format that cannot be read, but is known by its first bytes. */
export interface ForeignFormat {
  /** What messages call it, with its article. */
  readonly name: string;
  /** Finds it in first bytes, each of which is a character: byte 0xff is "\xff". */
  readonly magic: Pick<RegExp, "test">;
  /** What would do instead. A command, if there is one, ends it, after a colon. */
  readonly advice: string;
  /** Whether it begins as text, which others never do for long. */
  readonly isText?: boolean;
  /**
   * Whether fewer than four bytes tell it. Numbers begin with as few by chance, one file in 65,536 with
   * any two, so that it is not believed against a user who says that these are numbers.
   */
  readonly isWeak?: boolean;
}

/** Whatever is a format that cannot be read; an earlier one goes before a later one. */
const FORMATS: readonly ForeignFormat[] = [
  // What stands for a file, or comes instead of it.
  {
    name: "a Git LFS pointer",
    magic: /^version https:\/\/(git-lfs|hawser)\.github\.com\/spec\//,
    isText: true,
    advice: "fetch the file that it stands for: git lfs pull",
  },
  {
    name: "a git-annex pointer",
    magic: /^(\.\.\/)*(\.git)?\/annex\/objects\//,
    isText: true,
    advice: "fetch the file that it stands for: git annex get FILE",
  },
  {
    name: "a DVC pointer",
    magic: /^(outs:\r?\n- (md5|etag|hash|path): |md5: [0-9a-f]{32}\r?\n)/,
    isText: true,
    advice: "fetch the data that it stands for: dvc pull FILE",
  },
  {
    name: "a web page or XML",
    magic: /^(\xef\xbb\xbf)?\s*<(!doctype|html|head|\?xml|error>)/i,
    isText: true,
    advice:
      "it may be what a server answered instead of the file: is the address that of the file " +
      "itself, and are you logged in?",
  },
  // Databases.
  {
    name: "a PostgreSQL dump",
    magic: /^(--\r?\n)?-- (PostgreSQL|Greenplum) [Dd]atabase (cluster )?dump/,
    isText: true,
    advice: `read one table of it: ${COPIED_ROWS} FILE | ${ROWS_ALONE}`,
  },
  {
    name: "a PostgreSQL dump",
    magic: /^PGDMP/,
    advice:
      `read one table of it: pg_restore -a -t TABLE -f - FILE | ${COPIED_ROWS} | ${ROWS_ALONE}`,
  },
  {
    name: "a binary COPY of PostgreSQL",
    magic: /^PGCOPY\n\xff\r\n\0/,
    advice: 'copy it as text: psql -c "\\copy TABLE to stdout csv header" | rankme',
  },
  {
    name: "a SQLite database",
    magic: /^SQLite format 3\0/,
    advice: "read one table of it: sqlite3 -header -csv FILE 'select * from TABLE' | rankme",
  },
  {
    name: "a DuckDB database",
    magic: /^.{8}DUCK/s,
    advice: 'read one table of it: python3 -c "import sys, duckdb; ' +
      "duckdb.connect(sys.argv[1], read_only=True).sql('from TABLE').write_csv('/dev/stdout')\" " +
      "FILE | rankme",
  },
  {
    name: "an LMDB database",
    magic: /^.{16}\xde\xc0\xef\xbe/s,
    advice:
      "only its writer knows how values are stored: read them there, and save them with np.save",
  },
  // Arrays and vectors.
  {
    name: "a MATLAB 7.3 file",
    magic: /^MATLAB 7\.3 MAT-file/,
    isText: true,
    advice: "convert its array NAME: " +
      arrayLine("h5py", "numpy.ascontiguousarray(h5py.File(sys.argv[1])['NAME'][:].T)"),
  },
  {
    name: "a MATLAB file",
    magic: /^MATLAB \d\.\d MAT-file/,
    isText: true,
    advice: MATLAB_ARRAY,
  },
  {
    name: "a MATLAB file of version 4",
    magic: /^[\0\n\x14\x1e(2]\0{3}(.{2}\0{2}){2}\0{4}[\x02-\x40]\0{3}\w+\0/s,
    advice: MATLAB_ARRAY,
  },
  {
    name: "an HDF5 file",
    magic: /^\x89HDF\r\n\x1a\n/,
    advice: "convert its data set NAME: " + arrayLine("h5py", "h5py.File(sys.argv[1])['NAME'][:]"),
  },
  {
    name: "a FAISS index of whole vectors",
    magic: /^(IxF[2Il]|IHNf).{12}(\0\0\x10\0{5}){2}/s,
    advice: "convert it: " +
      arrayLine("faiss", "(i := faiss.read_index(sys.argv[1])).reconstruct_n(0, i.ntotal)"),
  },
  {
    name: "a FAISS index",
    magic: /^I[A-Za-z0-9]{3}.{12}(\0\0\x10\0{5}){2}/s,
    advice: "its vectors may be in another order, or rounded: score those that it was made from",
  },
  {
    name: "word2vec's binary vectors",
    magic: { test: isWord2VecBinary },
    advice: "convert them: " + arrayLine(
      "gensim",
      "gensim.models.KeyedVectors.load_word2vec_format(sys.argv[1], binary=True).vectors",
    ),
  },
  {
    name: "word2vec's text, whose lines begin with a word",
    magic: /^\d+ \d+ ?\r?\n\S+( -?\d\S*){2}/,
    isText: true,
    advice: "take the words away: tail -n +2 FILE | cut -d ' ' -f 2- | rankme --no-header",
  },
  {
    name: "an .fvecs file",
    magic: { test: isFvecs },
    advice: FVECS,
  },
  {
    name: "a TFRecord file",
    magic: { test: isTfRecord },
    advice: "convert its feature NAME: " + arrayLine(
      "tensorflow as tf",
      "numpy.array([tf.train.Example.FromString(r.numpy()).features.feature['NAME']" +
        ".float_list.value for r in tf.data.TFRecordDataset(sys.argv[1])])",
    ),
  },
  {
    name: "a PyTorch file of the old format",
    magic: /^\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19/,
    advice: TENSOR,
  },
  {
    name: "a pickle of pandas",
    magic: /^\x80[\x02-\x05].{0,16}pandas/s,
    advice: TRUSTED + 'python3 -c "import sys, pandas; ' +
      'pandas.read_pickle(sys.argv[1]).to_csv(sys.stdout, index=False)" FILE | rankme',
  },
  {
    name: "a pickle of joblib",
    magic: /^\x80[\x02-\x05].{0,16}joblib/s,
    advice: TRUSTED + arrayLine("joblib", "numpy.asarray(joblib.load(sys.argv[1]))"),
  },
  {
    name: "a pickle of gensim",
    magic: /^\x80[\x02-\x05].{0,16}gensim\.models\.keyedvectors/s,
    advice: TRUSTED + arrayLine("gensim", "gensim.models.KeyedVectors.load(sys.argv[1]).vectors"),
  },
  {
    name: "a Python pickle",
    magic: /^(\x80[\x04\x05]\x95.{5}\0{3}|\x80[\x02\x03](c\w[\w.]+\n|[}\]]q[\0\x01]))/s,
    advice: PICKLE,
  },
  { name: "a Python pickle", magic: /^cnumpy\.[\w.]+\n/, isText: true, advice: PICKLE },
  { name: "a Python pickle", magic: /^\x80[\x02-\x05]/, advice: PICKLE, isWeak: true },
  // Tables.
  {
    name: "a Feather V1 file",
    magic: /^FEA1/,
    advice: "convert it: " +
      tableLine("pyarrow.feather", "pyarrow.feather.read_table(sys.argv[1])"),
  },
  { name: "an encrypted Parquet file", magic: /^PARE/, advice: "write it without encryption" },
  {
    name: "an ORC file",
    magic: /^ORC/,
    advice: "convert it: " + tableLine("pyarrow.orc", "pyarrow.orc.read_table(sys.argv[1])"),
    isWeak: true,
  },
  {
    name: "an Avro file",
    magic: /^Obj\x01/,
    advice: 'convert it: python3 -c "import sys, polars; ' +
      'polars.read_avro(sys.argv[1]).write_ipc_stream(sys.stdout.buffer)" FILE | rankme',
  },
  {
    name: "an R file",
    magic: /^X\n\0\0\0[\x02\x03]\0/,
    advice:
      "convert its table: Rscript -e 'write.csv(readRDS(commandArgs(TRUE)), row.names = FALSE)' " +
      "FILE | rankme",
  },
  {
    name: "an R workspace",
    magic: /^RD[XA][23]\n/,
    advice: "write the one table that counts as CSV, without row names",
  },
  {
    name: "an Excel file of the old format",
    magic: /^\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1/,
    advice: SPREADSHEET,
  },
  // Archives, and what is compressed.
  {
    name: "a tar archive",
    magic: /^.{257}ustar/s,
    advice: "unpack it: mkdir unpacked && tar -xf FILE -C unpacked && rankme unpacked",
  },
  {
    name: "a 7z archive",
    magic: /^7z\xbc\xaf\x27\x1c/,
    advice: "unpack it: 7z e -so FILE | rankme",
  },
  {
    name: "a RAR archive",
    magic: /^Rar!\x1a\x07/,
    advice: "unpack it: unrar p -inul FILE | rankme",
  },
  {
    name: "bzip2 data",
    magic: /^BZh[1-9]1AY&SY/,
    advice: "decompress it: bzip2 -dc FILE | rankme",
  },
  { name: "xz data", magic: /^\xfd7zXZ\0/, advice: "decompress it: xz -dc FILE | rankme" },
  {
    name: "an LZ4 file",
    magic: /^\x04\x22\x4d\x18/,
    advice: "decompress it: lz4 -dc FILE | rankme",
  },
  {
    name: "snappy data",
    magic: /^\xff\x06\0\0sNaPpY/,
    advice: 'decompress it: python3 -c "import sys, cramjam; sys.stdout.buffer.write(' +
      "cramjam.snappy.decompress(open(sys.argv[1], 'rb').read()))\" FILE | rankme",
  },
  // What has no embeddings in it.
  { name: "a PNG image", magic: /^\x89PNG\r\n\x1a\n/, advice: EMBED_IT },
  { name: "a JPEG image", magic: /^\xff\xd8\xff[\xe0\xe1].{2}(JFIF|Exif)\0/s, advice: EMBED_IT },
  { name: "a JPEG image", magic: /^\xff\xd8\xff/, advice: EMBED_IT, isWeak: true },
  { name: "a GIF image", magic: /^GIF8[79]a/, advice: EMBED_IT },
  { name: "a TIFF image", magic: /^(II\*\0|MM\0\*)/, advice: EMBED_IT },
  { name: "a BMP image", magic: /^BM.{4}\0{4}.{4}[\x0c(\x40l|]\0{3}/s, advice: EMBED_IT },
  { name: "a WebP image", magic: /^RIFF.{4}WEBP/s, advice: EMBED_IT },
  { name: "a sound file", magic: /^(RIFF.{4}WAVE|fLaC|OggS)/s, advice: EMBED_IT },
  { name: "a film", magic: /^(.{4}ftyp|RIFF.{4}AVI |\x1a\x45\xdf\xa3)/s, advice: EMBED_IT },
  { name: "a PDF", magic: /^%PDF-/, isText: true, advice: EMBED_IT },
  { name: "a GGUF file", magic: /^GGUF/, advice: RUN_IT },
  // Text of other encodings.
  {
    name: "UTF-16 text",
    magic: /^(\xff\xfe([\t\n\r -~]\0){2}|\xfe\xff(\0[\t\n\r -~]){2})/,
    advice: "convert it: iconv -f utf-16 -t utf-8 FILE | rankme",
  },
  {
    name: "UTF-16 text",
    magic: /^([\t\n\r -~]\0){4}/,
    advice: "convert it: iconv -f utf-16le -t utf-8 FILE | rankme",
  },
  {
    name: "UTF-16 text",
    magic: /^(\xff\xfe|\xfe\xff)/,
    advice: "convert it: iconv -f utf-16 -t utf-8 FILE | rankme",
    isWeak: true,
  },
  {
    name: "text that is not UTF-8",
    magic: { test: isOtherText },
    advice: "convert it: iconv -f latin1 -t utf-8 FILE | rankme",
  },
];

/**
 * Finds the format that cannot be read which some first bytes are of.
 *
 * @param head The first bytes.
 * @returns The format, if it is a known one.
 */
export function foreignFormat(head: Uint8Array): ForeignFormat | undefined {
  const text = latin1Of(head), isText = isLongText(head);
  return FORMATS.find((format) => (!isText || format.isText) && format.magic.test(text));
}
