import { testRealWriters } from "./real_writers.ts";

// Without Java 17 or later this fails, and is not skipped: what Spark writes would go untested.
testRealWriters("spark");
