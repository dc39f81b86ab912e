/**
 * Command lines that turn what cannot be read into what can. FILE stands for the input, other words in
 * capitals for what only the user knows.
 *
 * @module
 */

/**
 * A line that reads an array in Python, and passes it on as `.npy`.
 *
 * @param module What Python has to import.
 * @param expression The array; the input is `sys.argv[1]`.
 * @returns The line.
 */
export function arrayLine(module: string, expression: string): string {
  return `python3 -c "import sys, numpy, ${module}; ` +
    `numpy.save(sys.stdout.buffer, ${expression})" FILE | rankme`;
}

/**
 * A line that reads a table of Arrow's in Python, and passes it on as a stream.
 *
 * @param module What Python has to import.
 * @param expression The table; the input is `sys.argv[1]`.
 * @returns The line.
 */
export function tableLine(module: string, expression: string): string {
  return `python3 -c "import sys, pyarrow, ${module}; t = ${expression}; ` +
    `w = pyarrow.ipc.new_stream(sys.stdout.buffer, t.schema); w.write_table(t); w.close()" ` +
    "FILE | rankme";
}

/**
 * Puts the path of an input into advice about it.
 *
 * @param advice The advice, with FILE where the path belongs, as the first word of that name.
 * @param path The path.
 * @returns The advice, to be copied into a shell.
 */
export function aboutFile(advice: string, path: string): string {
  return advice.replace(/\bFILE\b/, () => argument(path));
}

/**
 * A path as a command takes it in a shell.
 *
 * @param path The path.
 * @returns The path, in quotes where it needs them, and never like a flag.
 */
export function argument(path: string): string {
  return quoted(path.startsWith("-") ? `./${path}` : path);
}

/**
 * A word as a shell takes it.
 *
 * @param word The word.
 * @returns The word, in quotes where it needs them.
 */
export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** What becomes of an Excel file. */
export const SPREADSHEET = 'convert its first sheet: python3 -c "import sys, pandas; ' +
  'pandas.read_excel(sys.argv[1]).to_csv(sys.stdout, index=False)" FILE | rankme';
/** What becomes of a file that `torch.save` wrote. */
export const TENSOR = "if it holds one tensor, convert it: " +
  arrayLine("torch", "torch.load(sys.argv[1], 'cpu', weights_only=True).detach().double().numpy()");
/** What becomes of what a model is given. */
export const EMBED_IT = "it holds no embeddings: save with np.save what a model makes of it";
/** What becomes of a model. */
export const RUN_IT =
  "it holds a model and no embeddings: run it, and save with np.save what it gives";

/** How the advice on a pickle begins. */
export const TRUSTED = "a pickle can run any code; if you trust it, convert it: ";
/** What becomes of any pickle. */
export const PICKLE = TRUSTED +
  arrayLine("pickle", "numpy.asarray(pickle.load(open(sys.argv[1], 'rb')))");
/** What becomes of what MATLAB wrote before version 7.3. */
export const MATLAB_ARRAY = "convert its array NAME: " +
  arrayLine("scipy.io", "numpy.ascontiguousarray(scipy.io.loadmat(sys.argv[1])['NAME'])");
/** What becomes of vectors with their lengths before them. */
export const FVECS = "take the lengths away: " +
  "python3 -c \"import sys, numpy; a = numpy.fromfile(sys.argv[1], 'i4'); " +
  "numpy.save(sys.stdout.buffer, a.reshape(-1, a[0] + 1)[:, 1:].copy().view('f4'))\" FILE | rankme";
/** Cuts the rows of one table out of a dump of PostgreSQL, with a line before and one after. */
export const COPIED_ROWS = "sed -n '/^COPY .*TABLE/,/^\\\\\\.$/p'";
/** Takes these two lines away. */
export const ROWS_ALONE = "sed '1d;$d' | rankme";
