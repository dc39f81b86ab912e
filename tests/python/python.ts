import { fromFileUrl } from "./paths.ts";
