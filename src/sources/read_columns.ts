/** The columns, or the array, that the embeddings of an input are read from. */
export interface ReadColumns {
  /** One column of vectors, one column of numbers for each dimension, or vectors side by side. */
  readonly kind: "vectors" | "numbers" | "several";
  /** Their name or names, as `--column` or, of one dimension each, `--columns` takes them. */
  readonly name: string;
  /** The columns' own names, in the order in which their numbers stand in a row. */
  readonly names: readonly string[];
  /**
   * Whether somebody named them so: the columns of a text without a header are called by their places,
   * and the arrays of `np.savez(path, a, b)` `arr_0` and `arr_1`.
   */
  readonly areNamed: boolean;
  /** Why these, as in `the only column of vectors`. */
  readonly reason: string;
}
