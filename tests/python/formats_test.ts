import { testRealWriters } from "./real_writers.ts";

testRealWriters("arrow");
testRealWriters("npy");
testRealWriters("npz");
testRealWriters("safetensors");
testRealWriters("raw");
testRealWriters("parquet");
testRealWriters("text");
testRealWriters("compressed");
testRealWriters("folders");
