export { multiplyAddPeak } from "./peak.as";
export { openStep } from "./steps.as";
export { complete, completeStep, engage, fail, failed, progress, serve } from "./team.as";
export {
  beginMultiply,
  beginPackUpdate,
  beginUpdate,
  finishReflection,
  reflect,
} from "./tridiagonalize.as";
export { beginUpdates, completed, submit, submitted } from "./updates.as";
